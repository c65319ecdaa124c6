import type { PlanNode } from "../workflow/plan.ts";
import type { Frame } from "./state.ts";

/**
 * Whether a node runs, by its join and the edges resolved so far. `all`: every edge is resolved and one at least was taken;
 * `any`: the first taken one; `atLeast n`: the n-th, and never once fewer than n can still come.
 */
export function decideJoin(node: PlanNode, frame: Frame): "run" | "skip" | "wait" {
  let taken = 0;
  let resolved = 0;
  for (const edge of node.incoming) {
    const mark = frame.edges[edge.id];
    if (mark !== undefined) resolved += 1;
    if (mark === "taken") taken += 1;
  }
  const total = node.incoming.length;
  if (node.join === "all") return resolved < total ? "wait" : taken > 0 ? "run" : "skip";
  const needed = typeof node.join === "object" ? node.join.atLeast : 1;
  if (taken >= needed) return "run";
  return taken + total - resolved < needed ? "skip" : "wait";
}
