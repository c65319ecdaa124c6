import type { Json } from "../../../engine/json.ts";

/** A value in a few characters, for the end of a line. */
export function shortValue(value: Json, most = 60): string {
  if (Array.isArray(value)) return value.length === 1 ? "1 item" : `${value.length} items`;
  const text = typeof value === "string" ? `"${value.replaceAll(/\s+/g, " ")}"` : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
