/** Plain JSON: all that enters and leaves the engine. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** True for a plain JSON object, which is neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Roughly the bytes a value takes as JSON, counted up to `most`: more than `most` means "too large", found without writing it out. A
 * value that is shared in many places counts each time, as it would when written.
 */
export function weigh(value: unknown, most: number): number {
  let weight = 8;
  if (typeof value === "string") return weight + value.length;
  if (typeof value !== "object" || value === null) return weight;
  for (const key in value) {
    weight += key.length + weigh(Reflect.get(value, key), most - weight);
    if (weight > most) break;
  }
  return weight;
}
