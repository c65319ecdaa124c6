import { BatonError } from "../engine/errors.ts";
import type { ErrorRecord } from "../engine/errors.ts";

/** The engine or a node type threw: trying again gives the same. Distinct from a database that is away. */
export class TurnError extends Error {
  override name = "TurnError";
  readonly record: ErrorRecord;
  /** True when it is known that no later try can succeed. */
  readonly final: boolean;
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.final = cause instanceof BatonError && cause.code === "WORKFLOW_INVALID";
    this.record = this.final
      ? { code: "WORKFLOW_INVALID", message: this.message, retryable: false }
      : { code: "INTERNAL", message: "The run met an error inside Baton and was ended.", retryable: false };
  }
}

/** Does what only the engine can get wrong. @throws TurnError */
export function turning<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new TurnError(error);
  }
}
