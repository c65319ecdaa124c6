import { isCallbackWait } from "../run/callbacks.ts";
import { callbackEvent } from "../run/listeners.ts";
import type { Catalogue } from "./definition.ts";
import { containRegions } from "./each-region.ts";
import { addEstimates } from "./estimate.ts";
import type { WorkflowFile } from "./file.ts";
import { buildGraph, type Graph, type GraphNode, problem } from "./graph.ts";
import { parseWorkflowFile } from "./parse.ts";
import type { CompiledTemplate } from "./compile-template.ts";
import { compileNode, partsOf, planNode } from "./plan-node.ts";
import type { CompileResult, Plan, PlanNode, Problem } from "./plan.ts";
import { checkReferences } from "./references.ts";
import { checkRules } from "./rules.ts";
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
    const compiled = compileNode(each);
    for (const { part, place } of partsOf(compiled)) {
      problems.push(...expressionFaults(each, part, place));
      if (!soundness.order.has(each.scope)) continue;
      problems.push(...checkReferences(graph, soundness, each, part.references, place));
    }
    problems.push(...checkLoop(each));
    nodes.set(each.node.id, planNode(graph, each, compiled));
  }
  problems.push(...checkRules(graph));
  if (problems.some((each) => each.severity === "error")) return { ok: false, problems: inFileOrder(problems, graph) };
  const plan: Plan = {
    file,
    nodes,
    scopes: graph.scopes,
    criticalPath: [],
    levels: [],
    totals: { ms: 0, costUsd: 0 },
    keeps: keptEvents(nodes),
  };
  return { ok: true, plan: containRegions(addEstimates(plan, soundness.order), graph), problems };
}

/** Names of events that are kept when they come before somebody listens. */
function keptEvents(nodes: Map<string, PlanNode>): string[] {
  const names = new Set<string>();
  for (const node of nodes.values()) {
    for (const { event, keep } of node.handlers) if (keep && event !== null) names.add(event);
    const { event, keep } = node.config;
    // Its address is handed out before the step comes up.
    if (isCallbackWait(node)) names.add(callbackEvent);
    if (node.behaviour === "wait" && keep === true && typeof event === "string") names.add(event);
  }
  return [...names].toSorted();
}

function expressionFaults(each: GraphNode, compiled: CompiledTemplate, place: (string | number)[]): Problem[] {
  return compiled.faults.map((fault) =>
    problem(
      "expression",
      { node: each.node.id, path: ["nodes", each.index, ...place, ...fault.path] },
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

function inFileOrder(problems: Problem[], graph: Graph): Problem[] {
  const index = (each: Problem): number => (each.node === null ? -1 : (graph.nodes.get(each.node)?.index ?? 0));
  return problems.toSorted((a, b) => index(a) - index(b));
}
