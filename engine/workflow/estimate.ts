import type { Plan, PlanNode } from "./plan.ts";
import { isContainer } from "./scopes.ts";

/** Iterations assumed for a loop whose number is known only when it runs. */
const assumedIterations = 10;

/** Fills in ranks, levels, critical path and totals from the definitions' estimates. */
export function addEstimates(plan: Plan, order: ReadonlyMap<string, string[]>): Plan {
  const weights = new Map<string, { ms: number; costUsd: number }>();
  weigh(plan, order, "", weights);
  rank(plan, order, weights);
  const root = order.get("") ?? [];
  return {
    ...plan,
    criticalPath: longestChain(plan, root, weights),
    levels: levelsOf(plan, root),
    totals: {
      ms: span(plan, root, weights),
      costUsd: root.reduce((sum, id) => sum + (weights.get(id)?.costUsd ?? 0), 0),
    },
  };
}

type Weights = Map<string, { ms: number; costUsd: number }>;

/** Own estimate of each node, containers from what they hold. */
function weigh(plan: Plan, order: ReadonlyMap<string, string[]>, scope: string, weights: Weights): void {
  for (const id of order.get(scope) ?? []) {
    const node = plan.nodes.get(id);
    if (node === undefined) continue;
    if (!isContainer(node.behaviour)) {
      weights.set(id, node.estimate);
      continue;
    }
    weigh(plan, order, id, weights);
    const inside = order.get(id) ?? [];
    const times = node.behaviour === "loop" ? iterations(node) : 1;
    const concurrency = typeof node.config["concurrency"] === "number" ? node.config["concurrency"] : 1;
    const costUsd = inside.reduce((sum, inner) => sum + (weights.get(inner)?.costUsd ?? 0), 0);
    node.estimate = {
      ms: Math.ceil(times / Math.max(1, concurrency)) * span(plan, inside, weights),
      costUsd: times * costUsd,
    };
    weights.set(id, node.estimate);
  }
}

function iterations(node: PlanNode): number {
  if (typeof node.config["times"] === "number") return node.config["times"];
  const most = typeof node.config["maxIterations"] === "number" ? node.config["maxIterations"] : assumedIterations;
  return Math.min(most, assumedIterations);
}

/** Estimated time from the start of a scope to its end, with nothing in the way. */
function span(plan: Plan, ordered: string[], weights: Weights): number {
  return Math.max(0, ...finishTimes(plan, ordered, weights).values());
}

function finishTimes(plan: Plan, ordered: string[], weights: Weights): Map<string, number> {
  const finish = new Map<string, number>();
  for (const id of ordered) {
    const starts = (plan.nodes.get(id)?.incoming ?? []).map((edge) => finish.get(edge.source) ?? 0);
    finish.set(id, Math.max(0, ...starts) + (weights.get(id)?.ms ?? 0));
  }
  return finish;
}

/** The longest way from each node to the end of the graph; inside a container, that of the container added. */
function rank(plan: Plan, order: ReadonlyMap<string, string[]>, weights: Weights): void {
  const rankScope = (scope: string, after: number): void => {
    for (const id of (order.get(scope) ?? []).toReversed()) {
      const node = plan.nodes.get(id);
      if (node === undefined) continue;
      const next = node.outgoing.map((edge) => plan.nodes.get(edge.target)?.rank ?? after);
      node.rank = Math.max(after, ...next) + (weights.get(id)?.ms ?? 0);
      if (order.has(id)) rankScope(id, Math.max(after, ...next));
    }
  };
  rankScope("", 0);
}

function longestChain(plan: Plan, ordered: string[], weights: Weights): string[] {
  const finish = finishTimes(plan, ordered, weights);
  const last = ordered.toSorted((a, b) => (finish.get(b) ?? 0) - (finish.get(a) ?? 0))[0];
  const chain: string[] = [];
  for (let id: string | undefined = last; id !== undefined;) {
    chain.unshift(id);
    const sources: string[] = (plan.nodes.get(id)?.incoming ?? []).map((edge) => edge.source);
    id = sources.toSorted((a, b) => (finish.get(b) ?? 0) - (finish.get(a) ?? 0))[0];
  }
  return chain;
}

function levelsOf(plan: Plan, ordered: string[]): string[][] {
  const level = new Map<string, number>();
  const levels: string[][] = [];
  for (const id of ordered) {
    const above = (plan.nodes.get(id)?.incoming ?? []).map((edge) => (level.get(edge.source) ?? 0) + 1);
    const at = Math.max(0, ...above);
    level.set(id, at);
    (levels[at] ??= []).push(id);
  }
  return levels;
}
