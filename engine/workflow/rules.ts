import { isJsonObject } from "../json.ts";
import type { Behaviour } from "./definition.ts";
import { type Graph, type GraphNode, problem } from "./graph.ts";
import type { Problem } from "./plan.ts";

/** Behaviours that are over in the turn they begin in: nothing can happen to them meanwhile. */
const immediate: ReadonlySet<Behaviour> = new Set<Behaviour>([
  "entry",
  "compute",
  "output",
  "break",
  "continue",
  "end",
  "note",
]);

/** Behaviours whose output is there only when others have ended. */
const givesLater: ReadonlySet<Behaviour> = new Set<Behaviour>(["loop", "parallel", "try", "call", "wait", "approval"]);

/** What must hold beyond ways and references: joins, handlers, limits, compensations, variables, places. */
export function checkRules(graph: Graph): Problem[] {
  const problems: Problem[] = [];
  for (const each of graph.nodes.values()) {
    problems.push(
      ...placeFaults(graph, each),
      ...joinFaults(each),
      ...handlerFaults(each),
      ...compensationFaults(graph, each),
      ...openLoopFaults(graph, each),
      ...contractFaults(each),
    );
  }
  problems.push(...limitFaults(graph), ...variableFaults(graph), ...rollbackFaults(graph));
  return problems;
}

function fault(
  code: Problem["code"],
  { node, index }: GraphNode,
  path: (string | number)[],
  message: string,
  fix: string,
  witness: string[] = [],
): Problem {
  return problem(code, { node: node.id, path: ["nodes", index, ...path] }, `${node.id}: ${message}`, fix, witness);
}

function enclosing(graph: Graph, each: GraphNode): GraphNode[] {
  const around: GraphNode[] = [];
  for (let scope = each.scope; scope !== "";) {
    const container = graph.nodes.get(scope);
    if (container === undefined || around.includes(container)) break;
    around.push(container);
    scope = container.scope;
  }
  return around;
}

function placeFaults(graph: Graph, each: GraphNode): Problem[] {
  const kind = each.behaviour.behaviour;
  if (kind !== "break" && kind !== "continue") return [];
  if (enclosing(graph, each).some(({ behaviour }) => behaviour.behaviour === "loop")) return [];
  return [
    fault("parent", each, ["parentId"], `stands in no loop that it could ${kind}.`, "Move it into a loop, or use end."),
  ];
}

/** What a step gives is checked where it is known before it is given: of effects and of what is computed. */
function contractFaults(each: GraphNode): Problem[] {
  if (each.node.contract?.output === undefined || !givesLater.has(each.behaviour.behaviour)) return [];
  const message = "what it gives is not checked: it comes from inside of it, or from outside.";
  const fix = "Put the contract on the step that makes it, or on a transform behind this one.";
  return [{ ...fault("contract", each, ["contract", "output"], message, fix), severity: "warning" }];
}

function joinFaults(each: GraphNode): Problem[] {
  const { node } = each;
  if (!node.cancelOthers) return [];
  if (node.join === "each")
    return [
      fault(
        "join",
        each,
        ["cancelOthers"],
        "runs for each edge, so no other is to be cancelled.",
        "Take one of both away.",
      ),
    ];
  if (node.join !== "all") return [];
  return [
    {
      ...fault("join", each, ["cancelOthers"], "waits for all, so there is nothing to cancel.", "Join on any or some."),
      severity: "warning",
    },
  ];
}

function handlerFaults(each: GraphNode): Problem[] {
  const { node, behaviour, config } = each;
  if (node.on.length === 0) return [];
  if (immediate.has(behaviour.behaviour)) {
    const message = "is over at once, so it can hear nothing.";
    return [fault("handler", each, ["on"], message, "Put the handler on a step that takes time, or on a container.")];
  }
  const own = new Set(each.behaviour.ports(config).outputs.map((port) => port.name));
  const seen = new Set<string>();
  return node.on.flatMap((handler, index): Problem[] => {
    const faults: Problem[] = [];
    const add = (path: string, message: string, fix: string): void => {
      faults.push(fault("handler", each, ["on", index, path], message, fix));
    };
    const feeds = handler.append || handler.close;
    if (handler.port === undefined && !feeds && !handler.interrupt)
      add("port", "a handler without a port does nothing.", "Name the port it takes.");
    if (handler.port !== undefined && own.has(handler.port))
      add("port", `"${handler.port}" is a port of the node itself.`, "Choose another name.");
    if (handler.port !== undefined && seen.has(handler.port))
      add("port", `two handlers take the port "${handler.port}".`, "Give each its own port.");
    if (
      feeds &&
      (behaviour.behaviour !== "loop" || (!Array.isArray(config["items"]) && typeof config["items"] !== "string"))
    )
      add(handler.append ? "append" : "close", "only a loop over a list takes items.", "Put it on such a loop.");
    if (handler.after !== undefined && (handler.keep || handler.key !== undefined || handler.append))
      add("after", "a time has no key and cannot come early or bring an item.", "Use an event, or take these away.");
    if (handler.port !== undefined) seen.add(handler.port);
    return faults;
  });
}

const undoing: ReadonlySet<Behaviour> = new Set<Behaviour>(["compute", "effect", "approval", "wait", "call"]);

function compensationFaults(graph: Graph, each: GraphNode): Problem[] {
  const faults: Problem[] = [];
  const { node } = each;
  const add = (message: string, fix: string): void => {
    faults.push(fault("compensation", each, ["compensatedBy"], message, fix));
  };
  if (graph.compensators.has(node.id)) {
    if (each.incoming.length + each.outgoing.length > 0)
      add("undoes another step, so no edge leads to it or from it.", "Remove its edges.");
    if (node.compensatedBy !== undefined) add("undoes another step and cannot itself be undone.", "Take it away.");
    if (!undoing.has(each.behaviour.behaviour))
      add(`a ${node.type} cannot undo a step.`, "Use a step that does something: an agent, a request, a sub-workflow.");
  }
  if (node.compensatedBy === undefined) return faults;
  const by = graph.nodes.get(node.compensatedBy);
  if (by === undefined) add(`there is no node "${node.compensatedBy}" to undo it.`, "Name a node of this scope.");
  else if (by.scope !== each.scope)
    add(`${by.node.id}, which undoes it, stands in another container.`, "Put both into the same one.");
  return faults;
}

/** An open loop ends when somebody closes it, or by its completion rule. */
function openLoopFaults(graph: Graph, each: GraphNode): Problem[] {
  if (each.behaviour.behaviour !== "loop" || each.config["open"] !== true) return [];
  if (isJsonObject(each.config["completion"]) || each.node.on.some((handler) => handler.close || handler.interrupt))
    return [];
  for (const other of graph.nodes.values()) {
    if (other.config["loop"] === each.node.id && other.config["close"] !== undefined && other.config["close"] !== false)
      return [];
  }
  const message = "stays open and nothing closes it.";
  const fix = "Close it with an append node or a handler, or give it a completion rule.";
  return [fault("unbounded-loop", each, ["config", "open"], message, fix)];
}

/** Nested limits must always be taken in the same order, and never twice: otherwise steps could wait for each other for ever. */
function limitFaults(graph: Graph): Problem[] {
  const faults: Problem[] = [];
  const first = new Map<string, GraphNode>();
  const inside = new Map<string, Map<string, GraphNode>>();
  for (const each of graph.nodes.values()) {
    const { limit } = each.node;
    if (limit === undefined) continue;
    const same = first.get(limit.key);
    if (same === undefined) first.set(limit.key, each);
    else if (same.node.limit?.max !== limit.max)
      faults.push(
        fault(
          "limit",
          each,
          ["limit"],
          `the limit "${limit.key}" has another size at ${same.node.id}.`,
          "Give it one size.",
        ),
      );
    for (const around of enclosing(graph, each)) {
      const outer = around.node.limit?.key;
      if (outer === undefined) continue;
      const keys = inside.get(outer) ?? new Map<string, GraphNode>();
      if (!keys.has(limit.key)) keys.set(limit.key, each);
      inside.set(outer, keys);
    }
  }
  for (const [outer, keys] of inside) {
    for (const [inner, each] of keys) {
      if (!reaches(inside, inner, outer)) continue;
      const message = `waits for the limit "${inner}" while "${outer}" is held, and elsewhere it is the other way round.`;
      faults.push(
        fault("limit", each, ["limit"], message, "Take limits in the same order everywhere.", [outer, inner]),
      );
    }
  }
  return faults;
}

function reaches(inside: Map<string, Map<string, GraphNode>>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const stack = [from];
  for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
    if (key === to) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    stack.push(...(inside.get(key)?.keys() ?? []));
  }
  return false;
}

function variableFaults(graph: Graph): Problem[] {
  return graph.file.variables.flatMap((variable, index) =>
    (["readers", "writers"] as const).flatMap((list) =>
      (variable[list] ?? []).flatMap((id, at): Problem[] =>
        graph.nodes.has(id)
          ? []
          : [
              problem(
                "variable",
                { path: ["variables", index, list, at] },
                `The variable "${variable.name}" is granted to "${id}", which is no node.`,
                "Name nodes of this workflow.",
              ),
            ],
      ),
    ),
  );
}

function rollbackFaults(graph: Graph): Problem[] {
  if (graph.file.settings.onFailure !== "rollback" || graph.compensators.size > 0) return [];
  return [
    {
      ...problem(
        "compensation",
        { path: ["settings", "onFailure"] },
        "The run's failure is rolled back, but no step says what undoes it.",
        "Name, at steps that change something, the node that undoes them.",
      ),
      severity: "warning",
    },
  ];
}
