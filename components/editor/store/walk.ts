import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { absoluteOf, sizeOf } from "./geometry.ts";
import { incoming, nodesOf, outgoing } from "./graph.ts";

export type Direction = "left" | "right" | "up" | "down";

/** The node an arrow key goes to: along an edge where there is one, else the nearest that way. Null when there is none. */
export function stepTo(file: WorkflowFile, from: string | null, direction: Direction): string | null {
  if (from === null || !nodesOf(file).has(from)) return firstOf(file);
  const linked =
    direction === "right"
      ? outgoing(file, from).map((edge) => edge.target)
      : direction === "left"
        ? incoming(file, from).map((edge) => edge.source)
        : [];
  const near = linked.length > 0 ? linked : file.nodes.map((node) => node.id).filter((id) => id !== from);
  const here = middleOf(file, from);
  let best: { id: string; cost: number } | null = null;
  for (const id of near) {
    const there = middleOf(file, id);
    const dx = there.x - here.x;
    const dy = there.y - here.y;
    const [along, across] = direction === "left" || direction === "right" ? [dx, dy] : [dy, dx];
    const ahead = direction === "left" || direction === "up" ? -along : along;
    if (linked.length === 0 && ahead <= 4) continue;
    // What lies straight ahead is meant before what is nearer but aside.
    const cost = Math.abs(ahead) + Math.abs(across) * 2.5;
    if (best === null || cost < best.cost) best = { id, cost };
  }
  return best?.id ?? null;
}

function firstOf(file: WorkflowFile): string | null {
  const start = file.nodes.find((node) => node.type === "start") ?? file.nodes.find((node) => node.parentId === null);
  return start?.id ?? null;
}

function middleOf(file: WorkflowFile, id: string): { x: number; y: number } {
  const node = nodesOf(file).get(id);
  const at = absoluteOf(file, id);
  const size = node === undefined ? { width: 0, height: 0 } : sizeOf(file, node);
  return { x: at.x + size.width / 2, y: at.y + Math.min(size.height, 60) / 2 };
}
