import type { Behaviour } from "./definition.ts";
import type { Graph, GraphNode } from "./graph.ts";
import type { PlanScope } from "./plan.ts";

const containers: ReadonlySet<Behaviour> = new Set<Behaviour>(["loop", "parallel", "try", "each"]);

/** True for nodes that hold others: each execution of their inside is a frame. */
export function isContainer(behaviour: Behaviour): boolean {
  return containers.has(behaviour);
}

/** Nodes that end their scope give it no result of their own. */
const endings: ReadonlySet<Behaviour> = new Set<Behaviour>(["break", "continue", "end"]);

export function buildScopes(graph: Graph): void {
  const all = [...graph.nodes.values()];
  const ids = ["", ...all.filter((each) => isContainer(each.behaviour.behaviour)).map((each) => each.node.id)];
  for (const id of ids) {
    const members = all.filter(
      (each) => each.scope === id && each.behaviour.behaviour !== "note" && !graph.compensators.has(each.node.id),
    );
    graph.scopes.set(id, scopeOfNodes(id, members));
  }
}

function scopeOfNodes(id: string, members: GraphNode[]): PlanScope {
  const last = members.filter((each) => each.outgoing.length === 0);
  return {
    id,
    nodes: members.map((each) => each.node.id),
    roots: members.filter((each) => each.incoming.length === 0).map((each) => each.node.id),
    sinks: last.filter((each) => !endings.has(each.behaviour.behaviour)).map((each) => each.node.id),
    branches: components(members),
  };
}

/** What hangs together by edges, in file order: the branches of a `parallel`. */
function components(members: GraphNode[]): string[][] {
  const byId = new Map(members.map((each) => [each.node.id, each]));
  const seen = new Set<string>();
  const groups: string[][] = [];
  for (const start of members) {
    if (seen.has(start.node.id)) continue;
    const group = new Set<string>();
    const stack = [start.node.id];
    seen.add(start.node.id);
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      group.add(id);
      const each = byId.get(id);
      const next = [
        ...(each?.outgoing.map((edge) => edge.target) ?? []),
        ...(each?.incoming.map((edge) => edge.source) ?? []),
      ];
      for (const other of next) {
        if (seen.has(other)) continue;
        seen.add(other);
        stack.push(other);
      }
    }
    groups.push(members.map((each) => each.node.id).filter((id) => group.has(id)));
  }
  return groups;
}
