import type { FlowEdge, FlowNode } from "../../editor/canvas/flow-model.ts";

/** The node to which an arrow key leads: along an edge to the left or right, else to what is drawn above or below. */
export function neighbour(
  nodes: readonly FlowNode[],
  edges: readonly FlowEdge[],
  from: string,
  key: string,
): string | null {
  const here = nodes.find((node) => node.id === from);
  if (here === undefined) return null;
  if (key === "ArrowRight") return edges.find((edge) => edge.source === from)?.target ?? inside(nodes, from);
  if (key === "ArrowLeft") return edges.find((edge) => edge.target === from)?.source ?? here.parentId ?? null;
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const sign = key === "ArrowDown" ? 1 : -1;
  let best: { id: string; far: number } | null = null;
  for (const node of nodes) {
    if (node.parentId !== here.parentId || node.id === from || node.type === "note") continue;
    const down = (node.position.y - here.position.y) * sign;
    if (down <= 0) continue;
    // What stands straight above or below is nearer than what stands aside.
    const far = down + Math.abs(node.position.x - here.position.x) * 2;
    if (best === null || far < best.far) best = { id: node.id, far };
  }
  return best?.id ?? null;
}

function inside(nodes: readonly FlowNode[], container: string): string | null {
  return nodes.find((node) => node.parentId === container)?.id ?? null;
}
