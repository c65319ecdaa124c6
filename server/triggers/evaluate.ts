import { BatonError } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import type { Sandbox } from "../../engine/ports/sandbox.ts";
import { compileTemplate } from "../../engine/workflow/compile-template.ts";
import { beginResolve } from "../../engine/workflow/resolve.ts";

/** Evaluates the `{{ … }}` in a value, at any depth, over `scope`. @throws BatonError EXPRESSION_FAILED, EXPRESSION_LIMIT */
export type Evaluate = (value: Json, scope: JsonObject, at: { now: number; seed: string }) => Promise<Json>;

/** `sandbox` is asked for only by expressions that need one: most mappings are plain references. */
export function createEvaluate(sandbox: () => Promise<Pick<Sandbox, "evaluate" | "release">>): Evaluate {
  return async (value, scope, { now, seed }) => {
    const resolving = beginResolve(compileTemplate(value).template, scope);
    if (resolving.codes.length === 0) return resolving.finish([]);
    const box = await sandbox();
    const results = await box.evaluate(
      seed,
      resolving.codes.map(({ code }) => ({ code, scope, now, seed })),
    );
    box.release(seed);
    return resolving.finish(
      results.map((result, index) => {
        if (result.ok) return result.value;
        const source = resolving.codes[index]?.source ?? "";
        throw new BatonError(result.code, `{{ ${source} }}: ${result.message}`, { retryable: false });
      }),
    );
  };
}

/** Refuses a template that does not parse or names what is not there. @throws BatonError INPUT_INVALID at `path` */
export function checkTemplate(value: Json, roots: readonly string[], path: string): void {
  const { faults, references } = compileTemplate(value);
  const at = (below: (string | number)[]): string => [path, ...below].join("/");
  const errors = [
    ...faults.map((fault) => ({ path: at(fault.path), code: "expression", message: fault.message })),
    ...references
      .filter(({ root }) => !roots.includes(root))
      .map((reference) => ({
        path: at(reference.path),
        code: "reference",
        message: `there is no "${reference.root}" here; ${roots.join(", ")} can be read`,
      })),
  ];
  const first = errors[0];
  if (first === undefined) return;
  throw new BatonError("INPUT_INVALID", `An expression of the trigger is wrong: ${first.path} ${first.message}.`, {
    details: { errors },
  });
}
