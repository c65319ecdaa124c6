import type { Json } from "../json.ts";
import { parseExpression, type Reference } from "./expression.ts";
import type { Template } from "./template.ts";

/** A reference with the place in the config where it stands. */
export interface PlacedReference extends Reference {
  path: (string | number)[];
  source: string;
}

export interface CompiledTemplate {
  template: Template;
  references: PlacedReference[];
  faults: { path: (string | number)[]; source: string; message: string }[];
}

/** Parses every `{{ … }}` in a config value, at any depth. Faults are collected, never thrown. */
export function compileTemplate(value: Json, path: (string | number)[] = []): CompiledTemplate {
  const compiled: CompiledTemplate = { template: { kind: "literal", value }, references: [], faults: [] };
  compiled.template = compileValue(value, path, compiled);
  return compiled;
}

function compileValue(value: Json, path: (string | number)[], into: CompiledTemplate): Template {
  if (typeof value === "string") return compileText(value, path, into);
  if (value === null || typeof value !== "object") return { kind: "literal", value };
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileValue(item, [...path, index], into));
    return items.every((item) => item.kind === "literal") ? { kind: "literal", value } : { kind: "list", items };
  }
  const fields = Object.entries(value).map(([key, field]): [string, Template] => [
    key,
    compileValue(field, [...path, key], into),
  ]);
  return fields.every(([, field]) => field.kind === "literal")
    ? { kind: "literal", value }
    : { kind: "object", fields };
}

function compileText(text: string, path: (string | number)[], into: CompiledTemplate): Template {
  const parts: Template[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf("{{", from);
    if (open < 0) break;
    const close = closingBraces(text, open);
    if (close < 0) {
      into.faults.push({ path, source: text.slice(open, open + 60), message: 'a "{{" is not closed by "}}"' });
      return { kind: "literal", value: text };
    }
    if (open > from) parts.push({ kind: "literal", value: text.slice(from, open) });
    parts.push(compileExpression(text.slice(open + 2, close), path, into));
    from = close + 2;
  }
  if (parts.length === 0) return { kind: "literal", value: text };
  if (text.slice(from).trim() === "" && parts.length === 1 && text.trimStart().startsWith("{{")) {
    return parts[0] ?? { kind: "literal", value: text };
  }
  if (from < text.length) parts.push({ kind: "literal", value: text.slice(from) });
  const whole = parts.filter((part) => part.kind !== "literal" || String(part.value).trim() !== "");
  // White space around one whole expression does not make it a text: the value keeps its type.
  if (whole.length === 1 && whole[0] !== undefined && whole[0].kind !== "literal") return whole[0];
  return { kind: "text", parts };
}

/** The `}}` that ends the expression: the first one at which it parses, as objects and strings may hold braces too. */
function closingBraces(text: string, open: number): number {
  const first = text.indexOf("}}", open + 2);
  for (let close = first; close >= 0; close = text.indexOf("}}", close + 1)) {
    if (parseExpression(text.slice(open + 2, close)).ok) return close;
    if (close - open > 20_000) break;
  }
  return first;
}

function compileExpression(source: string, path: (string | number)[], into: CompiledTemplate): Template {
  const parsed = parseExpression(source);
  if (!parsed.ok) {
    into.faults.push({ path, source: source.trim(), message: parsed.message });
    return { kind: "literal", value: null };
  }
  for (const reference of parsed.references) into.references.push({ ...reference, path, source: source.trim() });
  if (parsed.path !== null) return { kind: "path", ...parsed.path, source: source.trim() };
  const roots = [...new Set(parsed.references.map((reference) => reference.root))];
  return { kind: "code", code: parsed.code, roots, source: source.trim(), simple: parsed.simple };
}
