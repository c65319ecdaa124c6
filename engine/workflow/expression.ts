import { type Node, parseExpressionAt, tokenizer } from "acorn";
import { type Simple, simplify } from "./simple.ts";

/** A name an expression reads that it does not bind itself. */
export interface Reference {
  /** `input`, `vars`, `loop`, `run`, `error`, `in` or a node id. */
  root: string;
  /** First property read from it, when it is written out; null for a computed one or the whole. */
  member: string | null;
  /** Second property, likewise: `report` in `review.outputs.report`. */
  property: string | null;
  /** True where a missing value does no harm: left of `??`, behind `?.`, or only the status is read. */
  guarded: boolean;
  /** Names that stand left of `??` before this one: it is read only when they gave nothing. */
  alternatives: string[];
}

export type ParsedExpression =
  | {
      ok: true;
      /** JavaScript for the sandbox; `in` reads as `$in`, guarded chains as optional ones. */
      code: string;
      references: Reference[];
      /** Set when the expression is a plain chain of own properties and needs no sandbox. */
      path: { root: string; keys: (string | number)[]; guarded: boolean } | null;
      /** Set when it is simple enough to be evaluated without the sandbox, mostly. */
      simple: Simple | null;
    }
  | { ok: false; message: string };

const globals = new Set(
  (
    "Math JSON Date Number String Boolean Array Object RegExp Map Set parseInt parseFloat isNaN isFinite undefined NaN Infinity " +
    "encodeURIComponent decodeURIComponent encodeURI decodeURI BigInt Symbol Error TypeError RangeError Promise WeakMap WeakSet globalThis"
  ).split(" "),
);

const options = { ecmaVersion: 2023, sourceType: "script" } as const;
export const maxExpressionLength = 16_384;

/** Parses one JavaScript expression (what stands between the braces) and tells what it reads. Runs nothing. */
export function parseExpression(source: string): ParsedExpression {
  if (source.trim() === "") return { ok: false, message: "the expression is empty" };
  if (source.length > maxExpressionLength) {
    return { ok: false, message: `the expression is longer than ${maxExpressionLength} characters` };
  }
  try {
    const text = nameIn(source);
    const tree = parseExpressionAt(text, 0, options) as AnyNode;
    // Parentheses around the whole are no part of the tree.
    const { end } = parseExpressionAt(text, 0, { ...options, preserveParens: true });
    const rest = text.slice(end).trim();
    if (rest !== "") return { ok: false, message: `"${rest.slice(0, 20)}" is not expected after the expression` };
    const reader = new Reader(text);
    reader.visit(tree, new Set(), false);
    const code = reader.rewritten();
    const simple = simplify(parseExpressionAt(code, 0, options) as AnyNode);
    return { ok: true, code, references: reader.references, path: plainPath(tree), simple };
  } catch (error) {
    // acorn reports syntax errors by throwing, with the place at the end of its message.
    const message = error instanceof Error ? error.message.replace(/\s*\(\d+:\d+\)$/, "") : "it does not parse";
    return { ok: false, message: message.charAt(0).toLowerCase() + message.slice(1) };
  }
}

type AnyNode = Node & Record<string, unknown>;

/** `in.value` is no JavaScript, as `in` is an operator: where it stands for a value it becomes `$in`. */
function nameIn(source: string): string {
  if (!/\bin\s*(\.|\?\.|\[)/.test(source)) return source;
  let previousEndsValue = false;
  let output = "";
  let copied = 0;
  for (const token of tokenizer(source, options)) {
    if (token.type.keyword === "in" && !previousEndsValue) {
      output += `${source.slice(copied, token.start)}$in`;
      copied = token.end;
    }
    const label = token.type.label;
    previousEndsValue = ["name", "num", "string", "regexp", ")", "]", "}", "template", "`"].includes(label);
  }
  return output + source.slice(copied);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** The chain `a.b[0].c` taken apart, outermost property last; null where it is anything else. */
function chainOf(node: AnyNode): { root: AnyNode; members: AnyNode[] } {
  const members: AnyNode[] = [];
  let current = node;
  while (current.type === "MemberExpression" || current.type === "CallExpression") {
    members.unshift(current);
    current = (current.type === "MemberExpression" ? current["object"] : current["callee"]) as AnyNode;
  }
  return { root: current, members };
}

function staticKey(member: AnyNode): string | number | null {
  const property = member["property"] as AnyNode;
  if (member.type !== "MemberExpression") return null;
  if (member["computed"] !== true) return property["name"] as string;
  const value = property.type === "Literal" ? property["value"] : null;
  return typeof value === "string" || typeof value === "number" ? value : null;
}

function rootName(node: AnyNode): string {
  const name = node["name"] as string;
  return name === "$in" ? "in" : name;
}

function plainPath(tree: AnyNode): { root: string; keys: (string | number)[]; guarded: boolean } | null {
  const expression = (tree.type === "ChainExpression" ? tree["expression"] : tree) as AnyNode;
  const { root, members } = chainOf(expression);
  if (root.type !== "Identifier" || globals.has(root["name"] as string)) return null;
  const keys: (string | number)[] = [];
  for (const member of members) {
    const key = staticKey(member);
    if (key === null) return null;
    keys.push(key);
  }
  return { root: rootName(root), keys, guarded: members.some((member) => member["optional"] === true) };
}

/** Walks an expression tree with the names bound so far, collecting free names and the places to make optional. */
class Reader {
  readonly references: Reference[] = [];
  /** Names left of the `??` whose right side is being read. */
  private alternatives: string[] = [];
  private readonly insertions: { at: number; text: string; remove: number }[] = [];
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  visit(node: AnyNode, bound: ReadonlySet<string>, guarded: boolean): void {
    switch (node.type) {
      case "Identifier":
        return this.name(node, [], bound, guarded);
      case "MemberExpression":
      case "CallExpression":
        return this.chain(node, bound, guarded);
      case "LogicalExpression": {
        if (node["operator"] !== "??") return this.children(node, bound, guarded);
        const before = this.references.length;
        this.visit(node["left"] as AnyNode, bound, true);
        return this.fallback(node["right"] as AnyNode, bound, guarded, before);
      }
      case "ArrowFunctionExpression":
      case "FunctionExpression":
        return this.function(node, bound);
      case "Property":
        if (node["computed"] === true) this.visit(node["key"] as AnyNode, bound, guarded);
        return this.visit(node["value"] as AnyNode, bound, guarded);
      default:
        return this.children(node, bound, guarded);
    }
  }

  /** The right side of `??`: read only when the left gave nothing, and as forgiving, so that one of several branches can answer. */
  private fallback(node: AnyNode, bound: ReadonlySet<string>, guarded: boolean, before: number): void {
    const left = this.references.slice(before).map((reference) => reference.root);
    const outer = this.alternatives;
    if (!guarded) this.alternatives = [...outer, ...left];
    this.visit(node, bound, guarded || left.length > 0);
    this.alternatives = outer;
  }

  private children(node: AnyNode, bound: ReadonlySet<string>, guarded: boolean): void {
    const inner = node.type === "BlockStatement" ? withDeclared(node, bound) : bound;
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) this.visit(child, inner, guarded);
    }
  }

  private function(node: AnyNode, bound: ReadonlySet<string>): void {
    const inner = new Set(bound);
    for (const parameter of node["params"] as AnyNode[]) {
      bindPattern(parameter, inner);
      this.defaults(parameter, inner);
    }
    this.visit(node["body"] as AnyNode, inner, false);
  }

  private defaults(pattern: AnyNode, bound: ReadonlySet<string>): void {
    if (pattern.type === "AssignmentPattern") this.visit(pattern["right"] as AnyNode, bound, false);
  }

  private chain(node: AnyNode, bound: ReadonlySet<string>, guarded: boolean): void {
    const { root, members } = chainOf(node);
    for (const member of members) {
      if (member.type === "CallExpression") {
        for (const argument of member["arguments"] as AnyNode[]) this.visit(argument, bound, false);
      } else if (member["computed"] === true) this.visit(member["property"] as AnyNode, bound, false);
    }
    if (root.type === "Identifier") this.name(root, members, bound, guarded);
    else this.visit(root, bound, guarded);
  }

  private name(node: AnyNode, members: AnyNode[], bound: ReadonlySet<string>, guarded: boolean): void {
    const name = node["name"] as string;
    if (bound.has(name) || globals.has(name)) return;
    const keys = members.slice(0, 2).map(staticKey);
    const member = keys[0] === undefined || keys[0] === null ? null : String(keys[0]);
    const property = member === null || keys[1] === undefined || keys[1] === null ? null : String(keys[1]);
    const harmless = member === "status" || member === "error" || (member === "outputs" && members.length === 1);
    const optional = members[1]?.["optional"] === true;
    this.references.push({
      root: rootName(node),
      member,
      property,
      guarded: guarded || harmless || optional,
      alternatives: [],
    });
    if (guarded) for (const each of members) this.makeOptional(each);
  }

  /** `a.b` left of `??` becomes `a?.b`, so that a value that is not there gives way to the right side instead of failing. */
  private makeOptional(member: AnyNode): void {
    if (member["optional"] === true) return;
    if (member.type === "CallExpression") return;
    const from = (member["object"] as AnyNode).end;
    const computed = member["computed"] === true;
    const mark = this.text.indexOf(computed ? "[" : ".", from);
    if (mark >= 0) this.insertions.push({ at: mark, text: computed ? "?.[" : "?.", remove: 1 });
  }

  rewritten(): string {
    let output = "";
    let copied = 0;
    for (const { at, text, remove } of this.insertions.toSorted((a, b) => a.at - b.at)) {
      output += this.text.slice(copied, at) + text;
      copied = at + remove;
    }
    return output + this.text.slice(copied);
  }
}

function bindPattern(pattern: AnyNode, bound: Set<string>): void {
  if (pattern.type === "Identifier") bound.add(pattern["name"] as string);
  else if (pattern.type === "AssignmentPattern") bindPattern(pattern["left"] as AnyNode, bound);
  else if (pattern.type === "RestElement") bindPattern(pattern["argument"] as AnyNode, bound);
  else if (pattern.type === "ArrayPattern") {
    for (const element of pattern["elements"] as (AnyNode | null)[]) if (element) bindPattern(element, bound);
  } else if (pattern.type === "ObjectPattern") {
    for (const property of pattern["properties"] as AnyNode[]) {
      bindPattern((property.type === "RestElement" ? property : property["value"]) as AnyNode, bound);
    }
  }
}

function withDeclared(block: AnyNode, bound: ReadonlySet<string>): Set<string> {
  const inner = new Set(bound);
  for (const statement of block["body"] as AnyNode[]) {
    if (statement.type === "VariableDeclaration") {
      for (const declarator of statement["declarations"] as AnyNode[]) bindPattern(declarator["id"] as AnyNode, inner);
    } else if (statement.type === "FunctionDeclaration") bindPattern(statement["id"] as AnyNode, inner);
  }
  return inner;
}
