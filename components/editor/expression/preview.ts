import type { Json, JsonObject } from "../../../engine/json.ts";
import { compileTemplate } from "../../../engine/workflow/compile-template.ts";
import { beginResolve } from "../../../engine/workflow/resolve.ts";
import { evaluate, NotPreviewable } from "./evaluate.ts";

export type Preview =
  | { kind: "value"; value: Json }
  | { kind: "fault"; words: string }
  /** Nothing can be said before it has run. */
  | { kind: "unknown" };

/** What a field would give with the values of the last run. */
export function previewOf(value: Json, scope: JsonObject): Preview {
  const compiled = compileTemplate(value);
  const [fault] = compiled.faults;
  if (fault !== undefined) return { kind: "fault", words: `${fault.message}.` };
  // A step that has not run yet is no fault of the expression.
  if (compiled.references.some((reference) => scope[reference.root] === undefined && !reference.guarded))
    return { kind: "unknown" };
  // What is guarded and has not run is read as the run would read it: as nothing.
  const absent = compiled.references.map(({ root }): [string, null] => [root, null]);
  const known: JsonObject = { ...Object.fromEntries(absent), ...scope };
  try {
    const resolving = beginResolve(compiled.template, known);
    return { kind: "value", value: resolving.finish(resolving.codes.map(({ code }) => evaluate(code, known))) };
  } catch (problem) {
    if (problem instanceof NotPreviewable) return { kind: "unknown" };
    return { kind: "fault", words: problem instanceof Error ? problem.message : "It cannot be evaluated." };
  }
}

/** Whether a text holds an expression, finished or not. */
export function hasExpression(text: string): boolean {
  return text.includes("{{");
}
