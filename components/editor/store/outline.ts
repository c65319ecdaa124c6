import type { WorkflowEdge, WorkflowFile, WorkflowNode } from "../../../engine/workflow/file.ts";
import { childrenIn, incoming, isContainerNode, nodesOf, outgoing, portsOf } from "./graph.ts";

/** A line of the outline: a step, or a way on from it. */
export type OutlineRow =
  | { kind: "node"; key: string; level: number; node: WorkflowNode; holds: boolean; open: boolean }
  | { kind: "edge"; key: string; level: number; edge: WorkflowEdge; port: string | null; target: WorkflowNode };

/** The drawing as a list: steps in the order in which they come, each followed by its ways on and by what it holds. */
export function outlineRows(file: WorkflowFile, folded: ReadonlySet<string>): OutlineRow[] {
  const rows: OutlineRow[] = [];
  const add = (scope: string, level: number): void => {
    for (const node of inOrder(file, scope)) {
      const children = isContainerNode(node) ? childrenIn(file, node.id) : [];
      const ways = outgoing(file, node.id);
      const holds = children.length + ways.length > 0;
      const open = holds && !folded.has(node.id);
      rows.push({ kind: "node", key: node.id, level, node, holds, open });
      if (!open) continue;
      if (isContainerNode(node)) add(node.id, level + 1);
      for (const edge of ways) {
        const target = nodesOf(file).get(edge.target);
        if (target === undefined) continue;
        const several = portsOf(node).outputs.length > 1;
        const label = portsOf(node).outputs.find((port) => port.name === edge.sourcePort)?.label ?? edge.sourcePort;
        rows.push({
          kind: "edge",
          key: `edge:${edge.id}`,
          level: level + 1,
          edge,
          port: several ? label : null,
          target,
        });
      }
    }
  };
  add("", 1);
  return rows;
}

/** The steps of a scope, each after those that lead to it; what leads nowhere and what goes in circles as they are drawn. */
function inOrder(file: WorkflowFile, scope: string): WorkflowNode[] {
  const members = childrenIn(file, scope).toSorted(
    (a, b) => a.position.x - b.position.x || a.position.y - b.position.y,
  );
  const inside = new Set(members.map((node) => node.id));
  const open = new Map(
    members.map((node) => [node.id, incoming(file, node.id).filter((edge) => inside.has(edge.source)).length]),
  );
  const ordered: WorkflowNode[] = [];
  const waiting = new Map(members.map((node) => [node.id, node]));
  while (waiting.size > 0) {
    const [any] = waiting.values();
    const ready = [...waiting.values()].filter((node) => open.get(node.id) === 0);
    for (const node of ready.length > 0 ? ready : any === undefined ? [] : [any]) {
      ordered.push(node);
      waiting.delete(node.id);
      for (const edge of outgoing(file, node.id)) open.set(edge.target, (open.get(edge.target) ?? 0) - 1);
    }
  }
  return ordered;
}
