import { type Node, parseExpressionAt, tokenizer } from "acorn";
import type { Json } from "../../../engine/json.ts";
import { parseExpression } from "../../../engine/workflow/expression.ts";

/**
 * Rewrites what reads a node when the node gets another id: `{{ review.outputs.report }}` in any field of any config, never a property or
 * a local name that happens to be spelt the same.
 */
export function renameReferences<Value extends Json>(value: Value, from: string, to: string): Value {
  return rewrite(value, from, to) as Value;
}

function rewrite(value: Json, from: string, to: string): Json {
  if (typeof value === "string") return rewriteText(value, from, to);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => rewrite(item, from, to));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const fields = Object.entries(value).map(([key, field]): [string, Json] => [key, rewrite(field, from, to)]);
  return fields.some(([key, field]) => field !== value[key]) ? Object.fromEntries(fields) : value;
}

function rewriteText(text: string, from: string, to: string): string {
  if (!text.includes("{{") || !text.includes(from)) return text;
  let output = "";
  let copied = 0;
  for (;;) {
    const open = text.indexOf("{{", copied);
    if (open < 0) break;
    const close = closingBraces(text, open);
    if (close < 0) break;
    output += text.slice(copied, open + 2) + renameInExpression(text.slice(open + 2, close), from, to);
    copied = close;
  }
  return output + text.slice(copied);
}

/** The `}}` that ends an expression: the first at which it parses, as the compiler has it. */
function closingBraces(text: string, open: number): number {
  const first = text.indexOf("}}", open + 2);
  for (let close = first; close >= 0 && close - open < 20_000; close = text.indexOf("}}", close + 1)) {
    if (parseExpression(text.slice(open + 2, close)).ok) return close;
  }
  return first;
}

type AnyNode = Node & Record<string, unknown>;

function renameInExpression(source: string, from: string, to: string): string {
  if (!source.includes(from)) return source;
  let tree: AnyNode;
  try {
    tree = parseExpressionAt(sameLength(source), 0, { ecmaVersion: 2023 }) as AnyNode;
  } catch (problem) {
    // What does not parse is told as a problem of its own and stays as it was written.
    if (problem instanceof SyntaxError) return source;
    throw problem;
  }
  const places: { at: number; text: string }[] = [];
  visit(tree, new Set(), (name, shorthand) => {
    if (name["name"] === from) places.push({ at: name.start, text: shorthand ? `${from}: ${to}` : to });
  });
  let output = source;
  for (const { at, text } of places.toSorted((a, b) => b.at - a.at)) {
    output = output.slice(0, at) + text + output.slice(at + from.length);
  }
  return output;
}

/** `in.value` is no JavaScript. Under a name of the same length it parses and every place stays where it is. */
function sameLength(source: string): string {
  if (!/\bin\s*(\.|\?\.|\[)/.test(source)) return source;
  let output = source;
  let endsValue = false;
  for (const token of tokenizer(source, { ecmaVersion: 2023 })) {
    if (token.type.keyword === "in" && !endsValue) {
      output = `${output.slice(0, token.start)}$i${output.slice(token.end)}`;
    }
    endsValue = ["name", "num", "string", "regexp", ")", "]", "}", "template", "`"].includes(token.type.label);
  }
  return output;
}

function visit(node: AnyNode, bound: ReadonlySet<string>, found: (name: AnyNode, shorthand: boolean) => void): void {
  switch (node.type) {
    case "Identifier":
      if (!bound.has(String(node["name"]))) found(node, false);
      return;
    case "MemberExpression":
      visit(node["object"] as AnyNode, bound, found);
      if (node["computed"] === true) visit(node["property"] as AnyNode, bound, found);
      else if (isCallbacks(node["object"] as AnyNode, bound)) found(node["property"] as AnyNode, false);
      return;
    case "Property":
      if (node["computed"] === true) visit(node["key"] as AnyNode, bound, found);
      if (node["shorthand"] === true) {
        const value = node["value"] as AnyNode;
        if (value.type === "Identifier" && !bound.has(String(value["name"]))) found(value, true);
      } else visit(node["value"] as AnyNode, bound, found);
      return;
    case "ArrowFunctionExpression":
    case "FunctionExpression": {
      const inner = new Set(bound);
      for (const parameter of node["params"] as AnyNode[]) namesOf(parameter, inner);
      visit(node["body"] as AnyNode, inner, found);
      return;
    }
    default:
      for (const value of Object.values(node)) {
        for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, bound, found);
      }
  }
}

/** `run.callbacks`, whose properties are named after nodes. */
function isCallbacks(node: AnyNode, bound: ReadonlySet<string>): boolean {
  if (node.type !== "MemberExpression" || node["computed"] === true) return false;
  const [root, member] = [node["object"] as AnyNode, node["property"] as AnyNode];
  return root["name"] === "run" && !bound.has("run") && member["name"] === "callbacks";
}

/** The names that a parameter binds. */
function namesOf(pattern: AnyNode, into: Set<string>): void {
  if (pattern.type === "Identifier") into.add(String(pattern["name"]));
  for (const [key, value] of Object.entries(pattern)) {
    if (key === "key" || key === "right") continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) namesOf(child, into);
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
