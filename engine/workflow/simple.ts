import type { Node } from "acorn";
import type { Json, JsonObject } from "../json.ts";

/**
 * The part of JavaScript that can be evaluated here, without the sandbox, and gives exactly what it would give: reading own properties,
 * arithmetic and comparison of primitives, logic, choice, texts, lists and objects. No calls, no functions, no loops, no globals: nothing that
 * could reach or hold anything up. Whatever it meets beyond that at run time (an object where a primitive is needed, an inherited
 * property, a name that is not there) it leaves to the sandbox. Most conditions are of this kind, and a hop to a thread costs a
 * hundred times more than they do.
 */
export type Simple =
  | { op: "value"; value: string | number | boolean | null | undefined }
  | { op: "name"; name: string }
  | { op: "get"; object: Simple; key: Simple; optional: boolean }
  | { op: "chain"; inside: Simple }
  | { op: "unary"; operator: "!" | "-" | "+" | "typeof"; value: Simple }
  | { op: "binary"; operator: string; left: Simple; right: Simple }
  | { op: "logical"; operator: string; left: Simple; right: Simple }
  | { op: "choose"; test: Simple; yes: Simple; no: Simple }
  | { op: "text"; parts: Simple[] }
  | { op: "list"; items: Simple[] }
  | { op: "object"; fields: [string, Simple][] };

type AnyNode = Node & Record<string, unknown>;

/** Operators on two primitives that are evaluated here. */
export const binaryOperators: ReadonlySet<string> = new Set([
  "+",
  "-",
  "*",
  "/",
  "%",
  "<",
  ">",
  "<=",
  ">=",
  "===",
  "!==",
  "==",
  "!=",
]);

/** The expression in simple form; null when it is more than that. */
export function simplify(node: AnyNode): Simple | null {
  const part = (name: string): Simple | null => simplify(node[name] as AnyNode);
  switch (node.type) {
    case "Literal":
      return literal(node);
    case "Identifier":
      return identifier(node["name"] as string);
    case "ChainExpression":
      return whole([part("expression")], ([inside]) => ({ op: "chain", inside }));
    case "MemberExpression":
      return member(node);
    case "UnaryExpression": {
      const operator = node["operator"] as string;
      if (operator !== "!" && operator !== "-" && operator !== "+" && operator !== "typeof") return null;
      return whole([part("argument")], ([value]) => ({ op: "unary", operator, value }));
    }
    case "BinaryExpression": {
      const operator = node["operator"] as string;
      if (!binaryOperators.has(operator)) return null;
      return whole([part("left"), part("right")], ([left, right]) => ({ op: "binary", operator, left, right }));
    }
    case "LogicalExpression": {
      const operator = node["operator"] as string;
      return whole([part("left"), part("right")], ([left, right]) => ({ op: "logical", operator, left, right }));
    }
    case "ConditionalExpression":
      return whole([part("test"), part("consequent"), part("alternate")], ([test, yes, no]) => ({
        op: "choose",
        test,
        yes,
        no,
      }));
    case "TemplateLiteral":
      return template(node);
    case "ArrayExpression":
      return whole(
        (node["elements"] as (AnyNode | null)[]).map((element) => (element === null ? null : simplify(element))),
        (items) => ({ op: "list", items }),
      );
    case "ObjectExpression":
      return object(node);
    default:
      return null;
  }
}

type Parts = [Simple, Simple, Simple, ...Simple[]];

/** Builds a node from parts that are all simple; the tuple type only spares the callers checks they made already. */
function whole(parts: (Simple | null)[], build: (parts: Parts) => Simple): Simple | null {
  return parts.some((each) => each === null) ? null : build(parts as Parts);
}

function literal(node: AnyNode): Simple | null {
  const { value } = node;
  if (typeof value === "string" || typeof value === "boolean" || value === null)
    return node["regex"] === undefined && node["bigint"] === undefined ? { op: "value", value } : null;
  return typeof value === "number" ? { op: "value", value } : null;
}

function identifier(name: string): Simple {
  if (name === "undefined") return { op: "value", value: undefined };
  if (name === "NaN") return { op: "value", value: Number.NaN };
  if (name === "Infinity") return { op: "value", value: Number.POSITIVE_INFINITY };
  return { op: "name", name };
}

function member(node: AnyNode): Simple | null {
  if ((node["object"] as AnyNode).type === "Super") return null;
  const property = node["property"] as AnyNode;
  if (property.type === "PrivateIdentifier") return null;
  const key: Simple | null =
    node["computed"] === true ? simplify(property) : { op: "value", value: property["name"] as string };
  return whole([simplify(node["object"] as AnyNode), key], ([of, at]) => ({
    op: "get",
    object: of,
    key: at,
    optional: node["optional"] === true,
  }));
}

function template(node: AnyNode): Simple | null {
  const texts = (node["quasis"] as AnyNode[]).map((quasi) => (quasi["value"] as { cooked: string | null }).cooked);
  const values = (node["expressions"] as AnyNode[]).map(simplify);
  const parts = texts.flatMap((text, index): (Simple | null)[] => [
    text === null ? null : { op: "value", value: text },
    ...(index < values.length ? [values[index] ?? null] : []),
  ]);
  return whole(parts, (all) => ({ op: "text", parts: all }));
}

function object(node: AnyNode): Simple | null {
  const fields: [string, Simple][] = [];
  for (const property of node["properties"] as AnyNode[]) {
    if (
      property.type !== "Property" ||
      property["kind"] !== "init" ||
      property["computed"] === true ||
      property["method"] === true
    )
      return null;
    const key = property["key"] as AnyNode;
    const name =
      key.type === "Identifier" ? (key["name"] as string) : key.type === "Literal" ? String(key["value"]) : null;
    const value = simplify(property["value"] as AnyNode);
    // `__proto__: x` in a literal sets a prototype.
    if (name === null || name === "__proto__" || value === null) return null;
    fields.push([name, value]);
  }
  return { op: "object", fields };
}

/** Thrown, without a stack, when evaluation meets what only the sandbox may do. */
const unfit = Symbol("unfit");
/** Value of a chain that stopped at `?.`. */
const short = Symbol("short");
const longestText = 100_000;

/** The value, or `{ fits: false }` when the sandbox must evaluate it. Never throws. */
export function evaluateSimple(simple: Simple, scope: JsonObject): { fits: true; value: Json } | { fits: false } {
  try {
    return { fits: true, value: toJson(evaluate(simple, scope)) };
  } catch (thrown) {
    if (thrown === unfit) return { fits: false };
    throw thrown;
  }
}

function evaluate(simple: Simple, scope: JsonObject): unknown {
  switch (simple.op) {
    case "value":
      return simple.value;
    case "name":
      if (!Object.hasOwn(scope, simple.name)) throw unfit;
      return scope[simple.name];
    case "get":
      return read(simple, scope);
    case "chain": {
      const value = evaluate(simple.inside, scope);
      return value === short ? undefined : value;
    }
    case "unary":
      return unary(simple.operator, evaluate(simple.value, scope));
    case "binary":
      return binary(simple.operator, primitive(evaluate(simple.left, scope)), primitive(evaluate(simple.right, scope)));
    case "logical": {
      const left = evaluate(simple.left, scope);
      const enough =
        simple.operator === "??"
          ? left !== null && left !== undefined
          : simple.operator === "||"
            ? Boolean(left)
            : !left;
      return enough ? left : evaluate(simple.right, scope);
    }
    case "choose":
      return evaluate(simple.test, scope) ? evaluate(simple.yes, scope) : evaluate(simple.no, scope);
    case "text":
      return bounded(simple.parts.map((part) => String(primitive(evaluate(part, scope)))).join(""));
    case "list":
      return simple.items.map((item) => evaluate(item, scope)); // what is undefined stays so until it is written as JSON
    case "object":
      return Object.fromEntries(
        simple.fields.map(([key, field]) => [key, evaluate(field, scope)]).filter(([, value]) => value !== undefined),
      );
  }
}

function read(get: Extract<Simple, { op: "get" }>, scope: JsonObject): unknown {
  const of = evaluate(get.object, scope);
  if (of === short) return short;
  if (of === null || of === undefined) {
    if (get.optional) return short;
    throw unfit; // the sandbox says what could not be read
  }
  const key = primitive(evaluate(get.key, scope));
  if (typeof key !== "string" && typeof key !== "number") throw unfit;
  const holder = Object(of) as Record<string | number, unknown>;
  if (Object.hasOwn(holder, key)) return holder[key];
  // Inherited: a method, a constructor. In the sandbox every object has these, also one that has no prototype here.
  if (key in holder || key in Object.prototype) throw unfit;
  return undefined;
}

function unary(operator: string, value: unknown): unknown {
  if (operator === "!") return !value;
  if (operator === "typeof") return typeof value;
  const given = primitive(value);
  return operator === "-" ? -(given as number) : Number(given);
}

type Primitive = string | number | boolean | null | undefined;

function primitive(value: unknown): Primitive {
  if (value === null || (typeof value !== "object" && value !== short)) return value as Primitive;
  throw unfit;
}

/** JavaScript's own operators on primitives; the casts only tell the compiler what JavaScript converts by itself. */
function binary(operator: string, left: Primitive, right: Primitive): unknown {
  const [a, b] = [left as number, right as number];
  switch (operator) {
    case "+":
      return typeof left === "string" || typeof right === "string" ? bounded(`${left}${right}`) : a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
    case "===":
      return left === right;
    case "!==":
      return left !== right;
    case "==":
      return looselyEqual(left, right);
    default:
      return !looselyEqual(left, right);
  }
}

/** `==` on primitives, spelled out: null and undefined equal each other only, everything else compares as numbers unless both are texts. */
function looselyEqual(left: Primitive, right: Primitive): boolean {
  if (left === null || left === undefined || right === null || right === undefined) {
    return (left ?? null) === null && (right ?? null) === null;
  }
  return typeof left === typeof right ? left === right : Number(left) === Number(right);
}

function bounded(text: string): string {
  if (text.length > longestText) throw unfit;
  return text;
}

/** As JSON.stringify would have it: no undefined, no NaN, no negative zero. What came from the scope is JSON already. */
function toJson(value: unknown): Json {
  if (value === undefined || value === short || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null;
  if (Array.isArray(value)) return value.some(isOdd) ? value.map(toJson) : value;
  if (typeof value === "object") {
    const entries = Object.entries(value);
    return entries.some(([, field]) => isOdd(field))
      ? Object.fromEntries(entries.map(([key, field]) => [key, toJson(field)]))
      : (value as JsonObject);
  }
  return value as Json;
}

function isOdd(value: unknown): boolean {
  return (
    value === undefined ||
    value === short ||
    (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) ||
    (typeof value === "object" && value !== null)
  );
}
