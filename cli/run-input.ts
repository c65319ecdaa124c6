import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isJsonObject, type Json, type JsonObject } from "../engine/json.ts";
import { CliFailure, exitCodes } from "./failure.ts";
import { compileInputSchema } from "./input-schema.ts";
import { parseJson, readText } from "./workflow-source.ts";

/**
 * The value of `--input`: JSON, `@FILE` with JSON in it, or `@-` for standard input. A file that is not JSON by its name (`@rfp.md`) becomes
 * the workflow's one required text, where its input has exactly one.
 * @throws CliFailure, usage
 */
export function readInput(given: string | undefined, schema: JsonObject): Json {
  if (given === undefined) return {};
  if (!given.startsWith("@")) return parseJson(given, "value of --input", exitCodes.usage);
  const path = given.slice(1);
  const text = readText(path, "input file");
  const field = onlyRequiredText(schema);
  if (path !== "-" && !/\.json$/i.test(path) && field !== null) return { [field]: text };
  return parseJson(text, `input file ${path}`, exitCodes.usage);
}

/** The name of the required field, where there is one alone and it is a text. */
export function onlyRequiredText(schema: JsonObject): string | null {
  const { required, properties } = schema;
  const [name, ...others] = Array.isArray(required) ? required : [];
  if (typeof name !== "string" || others.length > 0 || !isJsonObject(properties)) return null;
  const property = properties[name];
  return isJsonObject(property) && property["type"] === "string" ? name : null;
}

/** Checks the input before anything is started. @throws CliFailure naming each field, usage */
export function checkInput(input: Json, schema: JsonObject, workflowPath: string): void {
  const faults = compileInputSchema(schema)(input);
  if (faults.length === 0) return;
  const title = "The input does not fit what this workflow asks for:";
  const lines = faults.map((fault) => `  ${fault}`);
  throw new CliFailure([title, ...lines, inputHint(workflowPath)].join("\n"), exitCodes.usage);
}

/** What to do about it: the sample that lies beside a template, if one does. */
function inputHint(workflowPath: string): string {
  const sample = join(dirname(workflowPath), "samples", basename(workflowPath));
  return existsSync(sample)
    ? `Give it with --input, for example: --input @${sample}`
    : "Give it with --input '{…}' or --input @FILE.json";
}
