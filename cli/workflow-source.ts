import { readFileSync } from "node:fs";
import { parseExpressionAt } from "acorn";
import { isJsonObject, type Json } from "../engine/json.ts";
import { compile } from "../engine/workflow/compile.ts";
import type { Plan, Problem } from "../engine/workflow/plan.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { CliFailure, wrongUsage } from "./failure.ts";
import { compileInputSchema } from "./input-schema.ts";
import { type Paint, printable } from "./paint.ts";

/** Reads a file that a person named. @throws CliFailure, usage when there is no such file */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    const why =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : code === "EACCES"
            ? "it may not be read"
            : String(error);
    throw wrongUsage(`The ${what} ${path} cannot be read: ${why}. Check the path.`);
  }
}

/** Parses JSON, with the line and column of the fault. @throws CliFailure */
export function parseJson(text: string, what: string, exitCode?: number): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const place = /position (\d+)/.exec(message)?.[1] ?? faultyPosition(text);
    const before = place === null ? null : text.slice(0, Number(place)).split("\n");
    const where = before === null ? "" : ` at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
    const why = message.replace(/ in JSON at position.*$| \(line.*$|, [."].* is not valid JSON$/s, "");
    throw new CliFailure(`The ${what} is not JSON: ${why}${where}. Correct it there.`, exitCode);
  }
}

/** Node names the place of some faults only; JSON is JavaScript too, so a parser of that finds the others. */
function faultyPosition(text: string): number | null {
  try {
    parseExpressionAt(text, 0, { ecmaVersion: 2023 });
    return null;
  } catch (error) {
    return error instanceof SyntaxError && "pos" in error && typeof error.pos === "number" ? error.pos : null;
  }
}

export interface WorkflowSource {
  path: string;
  /** What stands in the file. */
  source: Json;
  /** Null when it does not compile. */
  plan: Plan | null;
  problems: Problem[];
}

/** Reads and proves a workflow file, without any stack. @throws CliFailure for a file that cannot be read or is not JSON */
export function readWorkflow(path: string): WorkflowSource {
  const source = parseJson(readText(path, "workflow file"), `workflow file ${path}`);
  const compiled = compile(source, catalogue);
  const problems = [...compiled.problems];
  if (compiled.ok) {
    const fault = inputSchemaFault(source);
    if (fault !== null) problems.push(fault);
  }
  const ok = compiled.ok && !problems.some((problem) => problem.severity === "error");
  return { path, source, plan: ok && compiled.ok ? compiled.plan : null, problems };
}

function inputSchemaFault(source: Json): Problem | null {
  const input = isJsonObject(source) ? source["input"] : undefined;
  try {
    if (isJsonObject(input)) compileInputSchema(input);
    return null;
  } catch (error) {
    const message = `The input schema cannot be used: ${error instanceof Error ? error.message : String(error)}.`;
    const fix = "Write a JSON Schema (2020-12) without references to other documents.";
    return { code: "file", severity: "error", node: null, path: ["input"], message, witness: [], fix };
  }
}

/** A workflow that compiles. @throws CliFailure with all problems */
export function readSoundWorkflow(path: string, paint: Paint): WorkflowSource & { plan: Plan } {
  const workflow = readWorkflow(path);
  if (workflow.plan !== null) return { ...workflow, plan: workflow.plan };
  throw new CliFailure(`${describeProblems(path, workflow.problems, paint)}\nNothing was started.`);
}

/** Problems for people: what, where in the file, the way that shows it, what to do. */
export function describeProblems(path: string, problems: Problem[], paint: Paint): string {
  const count = (severity: Problem["severity"]): string => {
    const many = problems.filter((problem) => problem.severity === severity).length;
    return many === 0 ? "" : `${many} ${severity}${many === 1 ? "" : "s"}`;
  };
  const counts = [count("error"), count("warning")].filter((part) => part !== "").join(", ");
  return [
    `${path}: ${counts}`,
    ...problems.map((problem) => {
      const isError = problem.severity === "error";
      const mark = isError ? paint("red", "✗ error") : paint("amber", "! warning");
      return [
        `\n${mark} [${problem.code}] ${printable(problem.message)}`,
        `  at   ${pathText(problem.path)}`,
        ...(problem.witness.length === 0 ? [] : [`  way  ${problem.witness.join(" → ")}`]),
        `  fix  ${printable(problem.fix)}`,
      ].join("\n");
    }),
  ].join("\n");
}

/** `nodes[3].config.prompt` */
export function pathText(path: readonly (string | number)[]): string {
  if (path.length === 0) return "the file as a whole";
  return path
    .map((part) =>
      typeof part === "number" ? `[${part}]` : /^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`,
    )
    .join("")
    .replace(/^\./, "");
}
