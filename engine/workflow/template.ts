import type { Json } from "../json.ts";
import type { Simple } from "./simple.ts";

/**
 * A config field as it was parsed once, at compile time. A field that is one whole `{{ … }}` keeps the value's type; text around
 * it makes a string. `path` expressions are plain references that need no sandbox; `code` is JavaScript for it.
 */
export type Template =
  | { kind: "literal"; value: Json }
  | { kind: "path"; root: string; keys: (string | number)[]; source: string; guarded: boolean }
  | { kind: "code"; code: string; roots: string[]; source: string; simple: Simple | null }
  | { kind: "text"; parts: Template[] }
  | { kind: "list"; items: Template[] }
  | { kind: "object"; fields: [string, Template][] };
