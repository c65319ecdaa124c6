import type { Json } from "../json.ts";
import { compileTemplate, type CompiledTemplate } from "./compile-template.ts";
import type { Catalogue } from "./definition.ts";
import { addEstimates } from "./estimate.ts";
import { retrySchema, type WorkflowFile } from "./file.ts";
import { buildGraph, type Graph, type GraphNode, problem } from "./graph.ts";
import { parseWorkflowFile } from "./parse.ts";
import type { CompileResult, PlanEdge, PlanNode, Problem } from "./plan.ts";
import { checkReferences } from "./references.ts";
import { proveScopes } from "./soundness.ts";

/**
 * Compiling is proof: gives a plan that cannot deadlock, or problems, each with the node, its path in the file, the way that shows it and
 * how to mend it. Takes whatever stands in a file; never throws for what it holds.
 */
export function compile(source: unknown, catalogue: Catalogue): CompileResult {
  const parsed = parseWorkflowFile(source);
  return parsed.ok ? compileFile(parsed.file, catalogue) : parsed;
}

/** Compiles a file that has been parsed already. */
export function compileFile(file: WorkflowFile, catalogue: Catalogue): CompileResult {
  const graph = buildGraph(file, catalogue);
  const soundness = proveScopes(graph);
  const problems = graph.problems;
  const nodes = new Map<string, PlanNode>();
  for (const each of graph.nodes.values()) {
    if (each.behaviour.behaviour === "note") continue;
    const { config, condition } = compileConfig(each);
    problems.push(...expressionFaults(each, config), ...(condition === null ? [] : expressionFaults(each, condition)));
    if (soundness.order.has(each.scope)) {
      problems.push(...checkReferences(graph, soundness, each, config.references));
      if (condition !== null) problems.push(...checkReferences(graph, soundness, each, condition.references));
    }
    problems.push(...checkLoop(each));
    nodes.set(each.node.id, planNode(each, config, condition));
  }
  if (problems.some((each) => each.severity === "error")) return { ok: false, problems: inFileOrder(problems, graph) };
  const plan = { file, nodes, scopes: graph.scopes, criticalPath: [], levels: [], totals: { ms: 0, costUsd: 0 } };
  return { ok: true, plan: addEstimates(plan, soundness.order), problems };
}

/** A `while` loop's condition is evaluated before each iteration, so it is kept apart from the rest of the config. */
function compileConfig(each: GraphNode): { config: CompiledTemplate; condition: CompiledTemplate | null } {
  if (each.behaviour.behaviour !== "loop" || each.config["while"] === undefined) {
    return { config: compileTemplate(each.config), condition: null };
  }
  const { while: condition, ...rest } = each.config;
  return { config: compileTemplate(rest), condition: compileTemplate(condition, ["while"]) };
}

function expressionFaults(each: GraphNode, compiled: CompiledTemplate): Problem[] {
  return compiled.faults.map((fault) =>
    problem(
      "expression",
      { node: each.node.id, path: ["nodes", each.index, "config", ...fault.path] },
      `${each.node.id}: {{ ${fault.source} }}: ${fault.message}.`,
      "Between the braces stands one JavaScript expression.",
    ),
  );
}

function checkLoop(each: GraphNode): Problem[] {
  if (each.behaviour.behaviour !== "loop" || each.config["while"] === undefined) return [];
  if (typeof each.config["maxIterations"] === "number") return [];
  return [
    problem(
      "unbounded-loop",
      { node: each.node.id, path: ["nodes", each.index, "config", "maxIterations"] },
      `${each.node.id} repeats while a condition holds, without a bound.`,
      "Set the greatest number of iterations.",
    ),
  ];
}

function planNode(each: GraphNode, config: CompiledTemplate, condition: CompiledTemplate | null): PlanNode {
  const { node, behaviour, ports } = each;
  const reads = new Set([...config.references, ...(condition?.references ?? [])].map((reference) => reference.root));
  return {
    id: node.id,
    type: node.type,
    name: node.name ?? node.id,
    behaviour: behaviour.behaviour,
    scope: each.scope,
    incoming: each.incoming.map(planEdge),
    outgoing: each.outgoing.map(planEdge),
    defaultPorts: ports.outputs.filter((port) => port.kind !== "error").map((port) => port.name),
    join: node.join,
    config: each.config,
    template: config.template,
    loopCondition: condition?.template ?? null,
    reads: [...reads],
    retry: node.retry ?? retrySchema.parse({ maxAttempts: behaviour.behaviour === "effect" ? 3 : 1 }),
    timeoutMs: node.timeoutMs ?? null,
    onError: node.onError,
    irreversible: node.irreversible,
    rank: 0,
    estimate: behaviour.estimate?.(each.config as Record<string, Json>) ?? { ms: 1, costUsd: 0 },
  };
}

function planEdge(edge: PlanEdge): PlanEdge {
  const { id, source, sourcePort, target, targetPort } = edge;
  return { id, source, sourcePort, target, targetPort };
}

function inFileOrder(problems: Problem[], graph: Graph): Problem[] {
  const index = (each: Problem): number => (each.node === null ? -1 : (graph.nodes.get(each.node)?.index ?? 0));
  return problems.toSorted((a, b) => index(a) - index(b));
}
