import type { FieldProblem } from "../../contracts/api/problem.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { Problem } from "../../engine/workflow/plan.ts";

/** A path as a JSON pointer (RFC 6901). */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The compiler's problem as the API tells it. */
export function fieldProblem(problem: Problem): FieldProblem {
  return {
    path: jsonPointer(problem.path),
    code: problem.code,
    message: problem.message,
    fix: problem.fix,
    node: problem.node,
    witness: problem.witness,
    severity: problem.severity,
  };
}

export function warningsOf(problems: Problem[]): FieldProblem[] {
  return problems.filter((problem) => problem.severity === "warning").map(fieldProblem);
}

/** Most problems told at once: a hostile file could have one per byte. */
const mostProblems = 200;

/** The refusal of a workflow, with each problem and what to do about it. */
export function workflowInvalid(problems: Problem[]): BatonError {
  const errors = problems.filter((problem) => problem.severity === "error");
  const first = errors[0];
  const count = errors.length === 1 ? "one problem" : `${errors.length} problems`;
  const listed: Json[] = errors.slice(0, mostProblems).map((problem) => ({ ...fieldProblem(problem) }) as Json);
  return new BatonError(
    "WORKFLOW_INVALID",
    `The workflow has ${count} and was not stored. ${first === undefined ? "" : `First: ${first.message}`}`.trim(),
    { details: { errors: listed } },
  );
}
