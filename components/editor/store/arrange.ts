import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { type Edit, moveNodes, outermost } from "./edits.ts";
import { absoluteOf, insideFrom, type Point, sizeOf } from "./geometry.ts";
import { nodesOf } from "./graph.ts";

export type Edge = "left" | "centre" | "right" | "top" | "middle" | "bottom";

interface Placed {
  id: string;
  at: Point;
  width: number;
  height: number;
}

/** The chosen nodes with their places on the canvas; what stands inside of a chosen container goes with it. */
function placed(file: WorkflowFile, ids: Iterable<string>): Placed[] {
  return outermost(file, ids).flatMap((id) => {
    const node = nodesOf(file).get(id);
    return node === undefined ? [] : [{ id, at: absoluteOf(file, id), ...sizeOf(file, node) }];
  });
}

/** Moves nodes by what `by` says of each. Nothing leaves its container to the left or above: the container could not follow. */
function shifted(file: WorkflowFile, nodes: readonly Placed[], by: (node: Placed) => Point): WorkflowFile {
  const places = new Map<string, Point>();
  for (const each of nodes) {
    const node = nodesOf(file).get(each.id);
    if (node === undefined) continue;
    const { x, y } = by(each);
    const to = { x: node.position.x + x, y: node.position.y + y };
    const least = node.parentId === null ? { x: -Infinity, y: -Infinity } : insideFrom;
    places.set(each.id, { x: Math.max(least.x, to.x), y: Math.max(least.y, to.y) });
  }
  return moveNodes(places)(file);
}

/** Puts nodes on one line: their left edges, middles and so on. */
export function align(ids: Iterable<string>, edge: Edge): Edit {
  return (file) => {
    const nodes = placed(file, ids);
    if (nodes.length < 2) return file;
    const left = Math.min(...nodes.map(({ at }) => at.x));
    const right = Math.max(...nodes.map(({ at, width }) => at.x + width));
    const top = Math.min(...nodes.map(({ at }) => at.y));
    const bottom = Math.max(...nodes.map(({ at, height }) => at.y + height));
    return shifted(file, nodes, ({ at, width, height }) => {
      switch (edge) {
        case "left":
          return { x: left - at.x, y: 0 };
        case "centre":
          return { x: (left + right) / 2 - (at.x + width / 2), y: 0 };
        case "right":
          return { x: right - (at.x + width), y: 0 };
        case "top":
          return { x: 0, y: top - at.y };
        case "middle":
          return { x: 0, y: (top + bottom) / 2 - (at.y + height / 2) };
        case "bottom":
          return { x: 0, y: bottom - (at.y + height) };
      }
    });
  };
}

/** The same gap between each two neighbours; the outermost two stay. */
export function distribute(ids: Iterable<string>, along: "x" | "y"): Edit {
  return (file) => {
    const length = (node: Placed) => (along === "x" ? node.width : node.height);
    const nodes = placed(file, ids).toSorted((a, b) => a.at[along] - b.at[along]);
    const [first] = nodes;
    const last = nodes.at(-1);
    if (first === undefined || last === undefined || nodes.length < 3) return file;
    const filled = nodes.reduce((sum, node) => sum + length(node), 0);
    const gap = (last.at[along] + length(last) - first.at[along] - filled) / (nodes.length - 1);
    const wanted = new Map<string, number>();
    let at = first.at[along];
    for (const node of nodes) {
      wanted.set(node.id, at);
      at += length(node) + gap;
    }
    return shifted(file, nodes, (node) => {
      const by = (wanted.get(node.id) ?? node.at[along]) - node.at[along];
      return along === "x" ? { x: by, y: 0 } : { x: 0, y: by };
    });
  };
}

/** Moves nodes by so many pixels of the canvas. */
export function nudge(ids: Iterable<string>, by: Point): Edit {
  return (file) => shifted(file, placed(file, ids), () => by);
}
