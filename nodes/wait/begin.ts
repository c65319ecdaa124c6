import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { callbackEvent } from "../../engine/run/listeners.ts";
import { asText } from "../../engine/workflow/resolve.ts";

const yearMs = 31_536_000_000;

/** What a wait waits for, from its evaluated config: an instant, an event, a call of its own address, or nothing but its handlers. */
export function beginWait(
  input: Record<string, Json>,
  at: { now: number; step: string },
): { until: number | null; event?: { name: string; key: string | null } } {
  switch (input["mode"]) {
    case "event": {
      const key = input["key"] ?? null;
      return { until: null, event: { name: String(input["event"]), key: key === null ? null : asText(key) } };
    }
    case "callback":
      return { until: null, event: { name: callbackEvent, key: at.step } };
    case "handlers":
      return { until: null };
    default:
      return { until: waitUntil(input, at.now) };
  }
}

/** Epoch ms at which the wait is over. An instant in the past is over at once. */
function waitUntil(input: Record<string, Json>, now: number): number {
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
