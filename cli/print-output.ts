import { isJsonObject, type Json } from "../engine/json.ts";
import { printable } from "./paint.ts";

/** Lines of JSON that people are shown of one field. */
const longestJson = 16;

/** A value as a program reads it. */
export function asJson(value: Json): string {
  return JSON.stringify(value, null, 2);
}

/**
 * A run's output as people read it: Markdown as it is; of an object the short fields first, then each text of several lines under its
 * name, then what is left as JSON.
 */
export function asText(value: Json): string {
  if (typeof value === "string") return printable(value);
  if (!isJsonObject(value)) return printable(asJson(value));
  const short: string[] = [];
  const long: string[] = [];
  const rest: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    if (field === null) continue;
    if (typeof field === "string" && (field.includes("\n") || field.length > 200))
      long.push(`── ${name} ──\n\n${field.trim()}`);
    else if (typeof field !== "object") short.push(`${name}: ${String(field)}`);
    else if (Object.keys(field).length > 0) rest.push(`── ${name} ──\n\n${beginning(asJson(field))}`);
  }
  return printable([short.join("\n"), ...rest, ...long].filter((part) => part !== "").join("\n\n"));
}

/** Long lists of data would push the text that people wait for off the screen. */
function beginning(json: string): string {
  const lines = json.split("\n");
  const left = lines.length - longestJson;
  return left <= 1 ? json : `${lines.slice(0, longestJson).join("\n")}\n… ${left} more lines; --json prints all`;
}
