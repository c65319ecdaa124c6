import { type Node, parseExpressionAt } from "acorn";
import { isJsonObject, type Json, type JsonObject } from "../../../engine/json.ts";
import { binaryOperators, evaluateSimple, type Simple, simplify } from "../../../engine/workflow/simple.ts";

/** Thrown for expressions that only the sandbox of a worker can evaluate. */
export class NotPreviewable extends Error {}

type Value = Json | undefined | Callable;
type Callable = (...args: Value[]) => Value;
type AnyNode = Node & Record<string, unknown>;
type Names = ReadonlyMap<string, Value>;

/** Steps after which a preview gives up: it is drawn while somebody types. */
const mostSteps = 20_000;

/**
 * Evaluates an expression on sample values without ever running it as code: the page's policy forbids that, and a preview must not be able
 * to do anything. What the engine evaluates without its sandbox is evaluated by the engine; this adds the calls and small functions that
 * expressions usually hold, on top of the engine's own operators. Everything else is left to the worker.
 * @throws NotPreviewable, or TypeError where the values do not fit, as the run would
 */
export function evaluate(code: string, scope: JsonObject): Json {
  const tree = parseExpressionAt(code, 0, { ecmaVersion: 2023 }) as AnyNode;
  const names = new Map<string, Value>(Object.entries(scope));
  if (scope["in"] !== undefined) names.set("$in", scope["in"]);
  return plain(new Evaluator().visit(tree, names));
}

class Evaluator {
  #steps = 0;

  visit(node: AnyNode, names: Names): Value {
    this.#steps += 1;
    if (this.#steps > mostSteps) throw new NotPreviewable();
    const simple = simplify(node);
    const known = simple === null ? null : evaluateSimple(simple, valuesOf(names));
    return known?.fits === true ? known.value : this.#more(node, names);
  }

  /** What the engine leaves to its sandbox: something in it is a call, a function or a value that does not fit. */
  #more(node: AnyNode, names: Names): Value {
    switch (node.type) {
      case "Identifier":
        return nameOf(String(node["name"]), names);
      case "ChainExpression":
        return this.visit(child(node, "expression"), names);
      case "MemberExpression":
        return this.#member(node, names);
      case "CallExpression":
        return this.#call(node, names);
      case "ArrowFunctionExpression":
        return this.#arrow(node, names);
      case "ConditionalExpression":
        return this.visit(child(node, this.visit(child(node, "test"), names) ? "consequent" : "alternate"), names);
      case "LogicalExpression":
        return this.#logical(node, names);
      case "UnaryExpression":
        return this.#operate(node, { value: this.visit(child(node, "argument"), names) });
      case "BinaryExpression": {
        const left = this.visit(child(node, "left"), names);
        return this.#operate(node, { left, right: this.visit(child(node, "right"), names) });
      }
      case "TemplateLiteral":
        return this.#template(node, names);
      case "ArrayExpression":
        return this.#items(node["elements"] as AnyNode[], names).map(plain);
      case "ObjectExpression":
        return this.#object(node, names);
      default:
        throw new NotPreviewable();
    }
  }

  /** An operator on values that are known by now, as the engine has it. */
  #operate(node: AnyNode, operands: { value: Value } | { left: Value; right: Value }): Json {
    const operator = String(node["operator"]);
    const scope = Object.fromEntries(Object.entries(operands).map(([key, value]) => [key, plain(value)]));
    const isUnary = "value" in operands;
    if (isUnary ? !isUnaryOperator(operator) : !binaryOperators.has(operator)) throw new NotPreviewable();
    const known = evaluateSimple(
      isUnary && isUnaryOperator(operator)
        ? { op: "unary", operator, value: named("value") }
        : { op: "binary", operator, left: named("left"), right: named("right") },
      scope,
    );
    if (!known.fits) throw new NotPreviewable();
    return known.value;
  }

  #member(node: AnyNode, names: Names): Value {
    const object = this.visit(child(node, "object"), names);
    if (object === null || object === undefined) {
      if (node["optional"] === true || child(node, "object").type === "ChainExpression" || isOptional(node))
        return undefined;
      throw new TypeError(`there is nothing to read "${keyWords(node)}" from`);
    }
    const property = child(node, "property");
    const key = node["computed"] === true ? this.visit(property, names) : String(property["name"]);
    if (typeof key !== "string" && typeof key !== "number") throw new NotPreviewable();
    const read: Simple = {
      op: "get",
      object: named("object"),
      key: { op: "value", value: key },
      optional: false,
    };
    const known = evaluateSimple(read, { object: plain(object) });
    // What only a prototype has is not there.
    return known.fits ? known.value : undefined;
  }

  #call(node: AnyNode, names: Names): Value {
    const callee = child(node, "callee");
    const args = this.#items(node["arguments"] as AnyNode[], names);
    if (callee.type === "Identifier") {
      const given = names.get(String(callee["name"]));
      if (typeof given === "function") return given(...args);
      const known = functions[String(callee["name"])];
      if (known === undefined) throw new NotPreviewable();
      return known(...args);
    }
    if (callee.type !== "MemberExpression" || callee["computed"] === true) throw new NotPreviewable();
    const method = String(child(callee, "property")["name"]);
    const target = child(callee, "object");
    const space = target.type === "Identifier" && !names.has(String(target["name"])) ? String(target["name"]) : null;
    if (space !== null) {
      const known = spaces[space]?.[method];
      if (known === undefined) throw new NotPreviewable();
      return known(...args);
    }
    const object = this.visit(target, names);
    if (object === null || object === undefined) {
      if (callee["optional"] === true || isOptional(callee)) return undefined;
      throw new TypeError(`there is nothing to call "${method}" on`);
    }
    return callMethod(object, method, args);
  }

  #arrow(node: AnyNode, names: Names): Callable {
    const body = child(node, "body");
    const parameters = node["params"] as AnyNode[];
    if (body.type === "BlockStatement" || parameters.some((each) => each.type !== "Identifier"))
      throw new NotPreviewable();
    return (...args) => {
      const inner = new Map(names);
      parameters.forEach((parameter, index) => inner.set(String(parameter["name"]), args[index]));
      return this.visit(body, inner);
    };
  }

  #logical(node: AnyNode, names: Names): Value {
    const left = this.visit(child(node, "left"), names);
    const stop =
      node["operator"] === "??" ? left !== null && left !== undefined : Boolean(left) === (node["operator"] === "||");
    return stop ? left : this.visit(child(node, "right"), names);
  }

  #template(node: AnyNode, names: Names): string {
    const quasis = node["quasis"] as { value: { cooked: string } }[];
    const parts = (node["expressions"] as AnyNode[]).map((each) => text(this.visit(each, names)));
    return quasis.map((quasi, index) => quasi.value.cooked + (parts[index] ?? "")).join("");
  }

  #items(nodes: readonly (AnyNode | null)[], names: Names): Value[] {
    return nodes.flatMap((each): Value[] => {
      if (each === null) return [null];
      if (each.type !== "SpreadElement") return [this.visit(each, names)];
      const spread = this.visit(child(each, "argument"), names);
      if (!Array.isArray(spread)) throw new NotPreviewable();
      return spread;
    });
  }

  #object(node: AnyNode, names: Names): JsonObject {
    const made: [string, Json][] = [];
    for (const property of node["properties"] as AnyNode[]) {
      if (property.type === "SpreadElement") {
        const spread = this.visit(child(property, "argument"), names);
        if (isJsonObject(spread)) made.push(...Object.entries(spread));
        continue;
      }
      const key = child(property, "key");
      const name = property["computed"] === true ? text(this.visit(key, names)) : String(key["name"] ?? key["value"]);
      made.push([name, plain(this.visit(child(property, "value"), names))]);
    }
    return Object.fromEntries(made);
  }
}

/** The names that stand for values; functions are called by this evaluator alone. Kept, as every part of an expression asks for them. */
const valuesByNames = new WeakMap<Names, JsonObject>();

function valuesOf(names: Names): JsonObject {
  const known = valuesByNames.get(names);
  if (known !== undefined) return known;
  const values: JsonObject = {};
  for (const [name, value] of names) if (typeof value !== "function") values[name] = value ?? null;
  valuesByNames.set(names, values);
  return values;
}

function nameOf(name: string, names: Names): Value {
  if (names.has(name)) return names.get(name);
  throw new NotPreviewable();
}

function isUnaryOperator(operator: string): operator is "!" | "-" | "+" | "typeof" {
  return operator === "!" || operator === "-" || operator === "+" || operator === "typeof";
}

function named(name: string): Simple {
  return { op: "name", name };
}

function child(node: AnyNode, key: string): AnyNode {
  return node[key] as AnyNode;
}

function keyWords(node: AnyNode): string {
  const property = child(node, "property");
  return String(property["name"] ?? property["value"] ?? "");
}

/** A member of a chain that was cut short by `?.` before it. */
function isOptional(node: AnyNode): boolean {
  for (let at: AnyNode | undefined = child(node, "object"); at !== undefined;) {
    if (at["optional"] === true) return true;
    at =
      at.type === "MemberExpression"
        ? child(at, "object")
        : at.type === "CallExpression"
          ? child(at, "callee")
          : undefined;
  }
  return false;
}

function plain(value: Value): Json {
  if (typeof value === "function") throw new NotPreviewable();
  return value ?? null;
}

function text(value: Value): string {
  if (typeof value === "function") throw new NotPreviewable();
  return Array.isArray(value) ? value.map(text).join(",") : String(value);
}

const functions: Record<string, Callable> = {
  String: (value) => text(value),
  Number: (value) => Number(value),
  Boolean,
  parseFloat: (value) => Number.parseFloat(text(value)),
  parseInt: (value, radix) => Number.parseInt(text(value), radix === undefined ? 10 : Number(radix)),
  isNaN: (value) => Number.isNaN(Number(value)),
};

const numbers = (args: Value[]): number[] => args.map(Number);

const spaces: Record<string, Record<string, Callable>> = {
  Math: {
    max: (...args) => Math.max(...numbers(args)),
    min: (...args) => Math.min(...numbers(args)),
    round: (value) => Math.round(Number(value)),
    floor: (value) => Math.floor(Number(value)),
    ceil: (value) => Math.ceil(Number(value)),
    abs: (value) => Math.abs(Number(value)),
  },
  JSON: {
    stringify: (value, _replacer, indent) =>
      JSON.stringify(plain(value), null, indent === undefined ? 0 : Number(indent)),
    parse: (value) => JSON.parse(text(value)) as Json,
  },
  Object: {
    keys: (value) => (isJsonObject(value) ? Object.keys(value) : []),
    values: (value) => (isJsonObject(value) ? Object.values(value) : []),
    entries: (value) => (isJsonObject(value) ? Object.entries(value) : []),
  },
  Array: { isArray: (value) => Array.isArray(value) },
  Number: { isInteger: (value) => Number.isInteger(value), isFinite: (value) => Number.isFinite(value) },
};

const listMethods = new Set(
  "map filter find findIndex some every includes indexOf join slice concat flat flatMap reduce at toSorted toReversed".split(
    " ",
  ),
);
const textMethods = new Set(
  "trim toUpperCase toLowerCase includes startsWith endsWith slice split replace replaceAll indexOf padStart padEnd repeat at concat substring".split(
    " ",
  ),
);

/** Only methods that compute and change nothing; none by a name that a value brings. */
function callMethod(object: Value, method: string, args: Value[]): Value {
  const known =
    (Array.isArray(object) && listMethods.has(method)) ||
    (typeof object === "string" && textMethods.has(method)) ||
    (typeof object === "number" && (method === "toFixed" || method === "toString"));
  if (!known) throw new NotPreviewable();
  if (method === "repeat" && Number(args[0]) > 10_000) throw new NotPreviewable();
  const call: unknown = Reflect.get(Object(object), method);
  if (typeof call !== "function") throw new NotPreviewable();
  return Reflect.apply(call, object, args) as Value;
}
