import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { fileLimits } from "../../engine/workflow/file.ts";

/** What a loop runs over, from its evaluated config. Throws LOOP_INPUT or LOOP_LIMIT, naming what was given. */
export function openLoop(input: Record<string, Json>): {
  items: Json[] | null;
  total: number | null;
  concurrency: number;
  open?: boolean;
} {
  const concurrency = wholeNumber(input["concurrency"] ?? 1, 1, 1_000, "its concurrency");
  const most = typeof input["maxIterations"] === "number" ? input["maxIterations"] : fileLimits.loopItems;
  if (input["mode"] === "while") return { items: null, total: null, concurrency: 1 };
  if (input["mode"] === "times") {
    const times = wholeNumber(input["times"] ?? null, 0, Number.MAX_SAFE_INTEGER, "its number of times");
    bound(times, most);
    return { items: null, total: times, concurrency };
  }
  const items = input["items"] ?? null;
  if (!Array.isArray(items)) {
    throw new BatonError("LOOP_INPUT", `The loop needs a list, but was given ${describe(items)}.`);
  }
  bound(items.length, most);
  return { items, total: items.length, concurrency, ...(input["open"] === true ? { open: true } : {}) };
}

function bound(count: number, most: number): void {
  if (count > most) throw new BatonError("LOOP_LIMIT", `The loop would run ${count} times; ${most} is its limit.`);
}

function wholeNumber(value: Json, least: number, most: number, what: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BatonError(
    "LOOP_INPUT",
    `The loop needs a whole number from ${least} up as ${what}, but was given ${describe(value)}.`,
  );
}

function describe(value: Json): string {
  return value === null ? "nothing" : JSON.stringify(value).slice(0, 80);
}
