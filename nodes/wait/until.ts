import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";

const yearMs = 31_536_000_000;

/** Epoch ms at which the wait is over. An instant in the past is over at once. */
export function waitUntil(input: Record<string, Json>, now: number): number {
  if (input["mode"] === "duration") {
    const duration = input["durationMs"];
    if (typeof duration !== "number" || !(duration >= 0) || duration > yearMs)
      throw invalid("a number of milliseconds up to a year", duration);
    return now + Math.round(duration);
  }
  const until = typeof input["until"] === "string" ? Date.parse(input["until"]) : input["until"];
  if (typeof until !== "number" || !Number.isFinite(until))
    throw invalid("an instant such as 2030-01-31T09:00:00Z", input["until"]);
  return Math.max(now, Math.round(until));
}

function invalid(wanted: string, given: Json | undefined): BatonError {
  return new BatonError(
    "INPUT_INVALID",
    `The wait needs ${wanted}, but was given ${JSON.stringify(given ?? null).slice(0, 80)}.`,
  );
}
