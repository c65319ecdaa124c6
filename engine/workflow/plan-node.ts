import { isJsonObject, type Json } from "../json.ts";
import { compileTemplate, type CompiledTemplate, type PlacedReference } from "./compile-template.ts";
import { retrySchema } from "./file.ts";
import type { Graph, GraphNode } from "./graph.ts";
import type { PlanEdge, PlanHandler, PlanNode } from "./plan.ts";

/** Everything of a node that holds `{{ }}`, parsed: each part with the place where it stands in the node. */
export interface CompiledNode {
  config: CompiledTemplate;
  /** A `while` loop's condition, evaluated before each iteration. */
  condition: CompiledTemplate | null;
  /** A loop's completion rule, evaluated after each iteration. */
  completion: CompiledTemplate | null;
  handlers: { key: CompiledTemplate | null; after: CompiledTemplate | null }[];
}

/** What is evaluated at other times than the step's begin is kept apart from the rest of its config. */
export function compileNode(each: GraphNode): CompiledNode {
  const { config } = each;
  const isLoop = each.behaviour.behaviour === "loop";
  const { while: condition, completion, ...rest } = config;
  const when = isLoop && isJsonObject(completion) ? completion["when"] : undefined;
  return {
    config: compileTemplate(isLoop ? rest : config),
    condition: isLoop && condition !== undefined ? compileTemplate(condition, ["while"]) : null,
    completion: when === undefined ? null : compileTemplate(when, ["completion", "when"]),
    handlers: each.node.on.map((handler, index) => ({
      key: handler.key === undefined ? null : compileTemplate(handler.key, [index, "key"]),
      after: handler.after === undefined ? null : compileTemplate(handler.after, [index, "after"]),
    })),
  };
}

/** All parts of a node that hold expressions, with the place in the file that their paths count from. */
export function partsOf(compiled: CompiledNode): { part: CompiledTemplate; place: (string | number)[] }[] {
  const { config, condition, completion, handlers } = compiled;
  return [
    ...[config, condition, completion].flatMap((part) => (part === null ? [] : [{ part, place: ["config"] }])),
    ...handlers.flatMap(({ key, after }) =>
      [key, after].flatMap((part) => (part === null ? [] : [{ part, place: ["on"] }])),
    ),
  ];
}

export function planNode(graph: Graph, each: GraphNode, compiled: CompiledNode): PlanNode {
  const { node, behaviour, ports } = each;
  const references: PlacedReference[] = partsOf(compiled).flatMap(({ part }) => part.references);
  const kind = behaviour.behaviour;
  return {
    id: node.id,
    type: node.type,
    name: node.name ?? node.id,
    behaviour: kind,
    scope: each.scope,
    incoming: each.incoming.map(planEdge),
    outgoing: each.outgoing.map(planEdge),
    defaultPorts: ports.outputs
      .filter((port) => port.kind !== "error" && port.kind !== "handler" && port.name !== "error")
      .map((port) => port.name),
    join: node.join,
    config: each.config,
    template: compiled.config.template,
    loopCondition: compiled.condition?.template ?? null,
    reads: [...new Set(references.map((reference) => reference.root))],
    retry: node.retry ?? retrySchema.parse({ maxAttempts: kind === "effect" ? 3 : 1 }),
    timeoutMs: node.timeoutMs ?? null,
    totalTimeoutMs: node.totalTimeoutMs ?? null,
    onError: node.onError,
    escalateTo: node.escalateTo ?? { kind: "anyone", id: null },
    cancels: node.cancelOthers ? leadingOnlyTo(graph, each) : [],
    handlers: node.on.map((handler, index) => planHandler(handler, compiled.handlers[index])),
    limit: node.limit ?? null,
    compensatedBy: node.compensatedBy ?? null,
    compensates: graph.compensators.has(node.id),
    contract: node.contract ?? null,
    mayRead: readable(graph, node.id),
    writes: kind === "effect" || kind === "call" ? writable(graph, node.id) : [],
    completion: completionOf(each, compiled.completion),
    irreversible: node.irreversible,
    rank: 0,
    estimate: behaviour.estimate?.(each.config) ?? { ms: 1, costUsd: 0 },
  };
}

function planEdge(edge: PlanEdge): PlanEdge {
  const { id, source, sourcePort, target, targetPort } = edge;
  return { id, source, sourcePort, target, targetPort };
}

function planHandler(
  handler: GraphNode["node"]["on"][number],
  compiled: CompiledNode["handlers"][number] | undefined,
): PlanHandler {
  return {
    event: handler.event ?? null,
    after: compiled?.after?.template ?? null,
    key: compiled?.key?.template ?? null,
    keep: handler.keep,
    interrupt: handler.interrupt,
    port: handler.port ?? null,
    append: handler.append,
    close: handler.close,
  };
}

/** Nodes of the scope from which every way leads to this one. */
function leadingOnlyTo(graph: Graph, target: GraphNode): string[] {
  const known = new Map<string, boolean>();
  const leads = (id: string): boolean => {
    const before = known.get(id);
    if (before !== undefined) return before;
    known.set(id, false); // a cycle, which is told elsewhere, must not be followed for ever
    const outgoing = graph.nodes.get(id)?.outgoing ?? [];
    const result =
      outgoing.length > 0 && outgoing.every((edge) => edge.target === target.node.id || leads(edge.target));
    known.set(id, result);
    return result;
  };
  const members = graph.scopes.get(target.scope)?.nodes ?? [];
  return members.filter((id) => id !== target.node.id && leads(id));
}

function readable(graph: Graph, id: string): string[] | null {
  const { variables } = graph.file;
  if (variables.every((variable) => variable.readers === undefined)) return null;
  return variables.flatMap(({ name, readers }) => (readers === undefined || readers.includes(id) ? [name] : []));
}

function writable(graph: Graph, id: string): string[] {
  return graph.file.variables.flatMap(({ name, writers }) => (writers?.includes(id) === true ? [name] : []));
}

function completionOf({ config, behaviour }: GraphNode, when: CompiledTemplate | null): PlanNode["completion"] {
  const completion: Json | undefined = behaviour.behaviour === "loop" ? config["completion"] : undefined;
  if (!isJsonObject(completion)) return null;
  const { atLeast, cancelOthers } = completion;
  return {
    atLeast: typeof atLeast === "number" ? atLeast : null,
    when: when?.template ?? null,
    cancelOthers: cancelOthers !== false,
  };
}
