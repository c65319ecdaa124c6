import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { Outcome } from "../../engine/run/event.ts";
import { asText } from "../../engine/workflow/resolve.ts";
import type { Compute } from "../define-node.ts";
import { emitConfigSchema } from "./definition.ts";

/** What an emit node tells, from its evaluated config. */
export function emittedEvent(input: Record<string, Json>): NonNullable<Outcome["emitted"]> {
  const key = input["key"] ?? null;
  const parsed = emitConfigSchema.safeParse({ ...input, key: key === null ? null : asText(key) });
  if (parsed.success) return { name: parsed.data.event, key: parsed.data.key, payload: parsed.data.payload };
  throw new BatonError(
    "INPUT_INVALID",
    `The event cannot be told: ${parsed.error.issues[0]?.message ?? "its settings are wrong"}.`,
  );
}

export const computeEmit: Compute = (input) => {
  const emitted = emittedEvent(input);
  return { output: { event: emitted.name, key: emitted.key }, emitted };
};
