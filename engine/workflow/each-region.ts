import type { Graph } from "./graph.ts";
import type { Plan, PlanEdge, PlanNode, PlanScope } from "./plan.ts";

/**
 * A node that joins on `each` edge runs once for every edge that is taken, and so does all that only it leads to: its region. Regions
 * become containers of their own once everything is proved, so that the run knows nothing but frames: `merge$` is the container, `merge$.0.merge`
 * the first run of `merge`. What leads out of a region goes on once, when all its runs have ended.
 */
export function eachContainer(node: string): string {
  return `${node}$`;
}

const regionsOf = new WeakMap<Graph, Map<string, string[]>>();

/** Nodes with the join `each` that this node is repeated for, outermost first. */
export function repeatedFor(graph: Graph, node: string): string[] {
  let regions = regionsOf.get(graph);
  if (regions === undefined) {
    regions = new Map();
    for (const scope of graph.scopes.values()) {
      for (const id of scope.nodes) {
        if (graph.nodes.get(id)?.node.join !== "each" || (graph.nodes.get(id)?.incoming.length ?? 0) === 0) continue;
        for (const member of dominated(graph, scope, id)) regions.set(member, [...(regions.get(member) ?? []), id]);
      }
    }
    regionsOf.set(graph, regions);
  }
  return regions.get(node) ?? [];
}

/** Nodes that can be reached through `id` alone, itself among them. */
function dominated(graph: Graph, scope: PlanScope, id: string): string[] {
  const otherwise = new Set<string>();
  const stack = scope.roots.filter((root) => root !== id);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (otherwise.has(next)) continue;
    otherwise.add(next);
    for (const edge of graph.nodes.get(next)?.outgoing ?? []) if (edge.target !== id) stack.push(edge.target);
  }
  return scope.nodes.filter((node) => !otherwise.has(node));
}

/** Puts the region of every node that joins on `each` into a container. */
export function containRegions(plan: Plan, graph: Graph): Plan {
  const heads = [...graph.nodes.values()].filter(({ node }) => repeatedFor(graph, node.id).includes(node.id));
  if (heads.length === 0) return plan;
  const nodes = new Map(plan.nodes);
  const scopes = new Map(plan.scopes);
  // Outer regions first: an inner one is then taken out of its container.
  heads.sort((a, b) => repeatedFor(graph, a.node.id).length - repeatedFor(graph, b.node.id).length);
  for (const { node } of heads) {
    const region = [...graph.nodes.keys()].filter((id) => repeatedFor(graph, id).includes(node.id));
    contain(nodes, scopes, node.id, new Set(region));
  }
  return { ...plan, nodes, scopes };
}

function contain(
  nodes: Map<string, PlanNode>,
  scopes: Map<string, PlanScope>,
  head: string,
  region: Set<string>,
): void {
  const node = nodes.get(head);
  const outer = node === undefined ? undefined : scopes.get(node.scope);
  if (node === undefined || outer === undefined) return;
  const id = eachContainer(head);
  const leaving: PlanEdge[] = [];
  for (const member of region) {
    const each = nodes.get(member);
    if (each === undefined) continue;
    const outgoing = each.outgoing.map((edge) => {
      if (region.has(edge.target)) return edge;
      leaving.push({ ...edge, source: id, sourcePort: edge.id });
      // Taken or skipped in the frame, where nothing waits for it.
      return { ...edge, target: "" };
    });
    const cancels = each.cancels.filter((other) => region.has(other));
    nodes.set(member, { ...each, scope: id, outgoing, cancels, incoming: member === head ? [] : each.incoming });
  }
  for (const each of nodes.values()) {
    if (region.has(each.id) || !each.cancels.some((other) => region.has(other))) continue;
    // Cancelled as a whole, or not at all: its runs are told apart by nobody outside.
    const whole = [...region].every((member) => each.cancels.includes(member));
    const others = each.cancels.filter((other) => !region.has(other));
    nodes.set(each.id, { ...each, cancels: whole ? [...others, id] : others });
  }
  nodes.set(id, {
    ...node,
    id,
    behaviour: "each",
    incoming: node.incoming.map((edge) => ({ ...edge, target: id })),
    outgoing: leaving,
    defaultPorts: [],
    cancels: [],
    handlers: [],
    limit: null,
    contract: null,
    onError: "fail",
    reads: [],
    writes: [],
  });
  const targets = new Set(leaving.map((edge) => edge.target));
  for (const target of targets) {
    const each = nodes.get(target);
    if (each === undefined) continue;
    const incoming = each.incoming.map((edge) => leaving.find((moved) => moved.id === edge.id) ?? edge);
    nodes.set(target, { ...each, incoming });
  }
  for (const edge of node.incoming) {
    const source = nodes.get(edge.source);
    if (source === undefined) continue;
    const outgoing = source.outgoing.map((each) => (each.id === edge.id ? { ...each, target: id } : each));
    nodes.set(edge.source, { ...source, outgoing });
  }
  const inside = [...outer.nodes].filter((each) => region.has(each));
  scopes.set(id, {
    id,
    nodes: inside,
    roots: [head],
    sinks: outer.sinks.filter((each) => region.has(each)),
    branches: [inside],
  });
  const around = outer.nodes.filter((each) => !region.has(each));
  scopes.set(outer.id, {
    ...outer,
    nodes: [...around, id],
    sinks: [...outer.sinks.filter((each) => !region.has(each)), ...(leaving.length === 0 ? [id] : [])],
    branches: outer.branches.map((branch) =>
      branch.includes(head) ? [...branch.filter((each) => !region.has(each)), id] : branch,
    ),
  });
}
