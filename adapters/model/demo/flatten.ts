import { isJsonObject } from "../../../engine/json.ts";
import type { Json } from "../../../engine/json.ts";
import { splitNames } from "./words.ts";

/**
 * Puts JSON inside a text into words: what earlier agents answered often arrives that way. Lists of objects become list
 * entries, names of fields become headings. Text that only looks like JSON stays as it is. `found` gets each value.
 */
export function flattenJson(text: string, found: Json[] = []): string {
  let out = "";
  let at = 0;
  for (let tries = 0; tries < 200; tries++) {
    const start = text.slice(at).search(/[[{]/);
    if (start < 0) break;
    const from = at + start;
    const to = closing(text, from);
    const value = to > from + 1 ? parse(text.slice(from, to)) : undefined;
    out += text.slice(at, from);
    if (value === undefined) {
      out += text[from];
      at = from + 1;
    } else {
      found.push(value);
      out += `\n\n${describe(value, 0)}\n\n`;
      at = to;
    }
  }
  return out + text.slice(at);
}

/** Index behind the bracket that closes the one at `from`, or -1. */
function closing(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const character = text[i];
    if (quoted) {
      if (character === "\\") i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return i + 1;
  }
  return -1;
}

function parse(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

function describe(value: Json, depth: number): string {
  if (Array.isArray(value)) {
    return value.map((item) => (isJsonObject(item) ? `- ${row(item)}` : `- ${plain(item)}`)).join("\n");
  }
  if (!isJsonObject(value)) return plain(value);
  const scalars = Object.values(value).every((part) => typeof part !== "object" || part === null);
  const main = Object.values(value).filter((part) => typeof part === "string" && part.length > 50);
  // One text with a few notes on it is one statement.
  if (scalars && main.length === 1 && Object.keys(value).length <= 4) return row(value);
  return Object.entries(value)
    .map(([name, part]) => {
      const label = splitNames(name).toLowerCase();
      if (typeof part === "object" && part !== null) return `\n# ${title(label)}\n\n${describe(part, depth + 1)}\n`;
      // A long text is worth more without its label.
      const said = plain(part);
      return said.length > 60 ? `\n${said}\n` : `- ${title(label)}: ${said}`;
    })
    .join("\n");
}

/** Fields that file an entry rather than say something. */
const marks = /^(.* )?(id|key|category|type|kind|priority|status|index)$/;

/** An object in a list on one line: its longest text first, since that is what it is about. */
function row(value: { [key: string]: Json }): string {
  const parts = Object.entries(value).map(([name, part]) => ({
    name: splitNames(name).toLowerCase(),
    said: plain(part),
    isText: typeof part === "string",
  }));
  const main = parts.reduce((best, part) => (part.isText && part.said.length > best.said.length ? part : best), {
    name: "",
    said: "",
  });
  const rest = parts.filter(
    (part) => part !== main && part.said !== "" && part.said.length < 60 && !marks.test(part.name),
  );
  const notes = rest.map(({ name, said }) => `${name} ${said}`).join(", ");
  return notes === "" ? main.said : `${main.said.replace(/\.$/, "")} (${notes}).`;
}

function plain(value: Json): string {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (isJsonObject(value)) return Object.values(value).map(plain).join(", ");
  return value === null ? "" : String(value);
}

function title(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}
