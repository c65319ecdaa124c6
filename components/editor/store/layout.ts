import { Graph, layout } from "@dagrejs/dagre";
import type { WorkflowFile, WorkflowNode } from "../../../engine/workflow/file.ts";
import { moveNodes } from "./edits.ts";
import { containerPadding, insideFrom, type Point, sizeOf } from "./geometry.ts";
import { childrenIn, definitionOf, isContainerNode, nodesOf } from "./graph.ts";

const betweenLayers = 80;
const betweenNodes = 32;

/**
 * Lays a workflow out from left to right, in layers: insides of containers first, then the containers as what they then are.
 * Notes stay where they are. With `only`, nothing but those nodes is moved.
 */
export function tidy(file: WorkflowFile, only: ReadonlySet<string> = new Set()): WorkflowFile {
  const scopes = [...file.nodes.filter(isContainerNode).map((node) => node.id), ""];
  const wanted = new Set([...only].map((id) => nodesOf(file).get(id)?.parentId ?? ""));
  const innerFirst = scopes.toSorted((a, b) => depthOf(file, b) - depthOf(file, a));
  let next = file;
  for (const scope of innerFirst) {
    if (only.size > 0 && !wanted.has(scope)) continue;
    const places = placesIn(next, scope, only);
    next = moveNodes(places)(next);
    // A container is as large as it was drawn; after tidying it is as large as it has to be.
    if (scope !== "" && places.size > 0 && only.size === 0) next = shrunk(next, scope);
  }
  return next;
}

/** The file as it is to be drawn: one that was written rather than drawn has its steps all in one place, and is laid out. */
export function placed(file: WorkflowFile): WorkflowFile {
  const places = new Set(file.nodes.map(({ parentId, position }) => `${parentId} ${position.x} ${position.y}`));
  return places.size < file.nodes.length ? tidy(file) : file;
}

function depthOf(file: WorkflowFile, id: string): number {
  let depth = id === "" ? 0 : 1;
  for (
    let node = nodesOf(file).get(id);
    node?.parentId != null && depth < 50;
    node = nodesOf(file).get(node.parentId)
  ) {
    depth += 1;
  }
  return depth;
}

function placesIn(file: WorkflowFile, scope: string, only: ReadonlySet<string>): Map<string, Point> {
  const members = childrenIn(file, scope).filter(
    (node) => definitionOf(node)?.behaviour !== "note" && (only.size === 0 || only.has(node.id)),
  );
  const places = new Map<string, Point>();
  if (members.length === 0) return places;
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: betweenNodes, ranksep: betweenLayers, edgesep: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of members) graph.setNode(node.id, { ...sizeOf(file, node) });
  const ids = new Set(members.map((node) => node.id));
  for (const edge of file.edges)
    if (ids.has(edge.source) && ids.has(edge.target)) graph.setEdge(edge.source, edge.target);
  layout(graph);
  const origin = scope === "" || only.size > 0 ? topLeft(members) : insideFrom;
  let left = Infinity;
  let top = Infinity;
  const raw = members.map((node) => {
    const { x = 0, y = 0 } = graph.node(node.id) as { x?: number; y?: number };
    const size = sizeOf(file, node);
    const at = { id: node.id, x: x - size.width / 2, y: y - size.height / 2 };
    left = Math.min(left, at.x);
    top = Math.min(top, at.y);
    return at;
  });
  for (const { id, x, y } of raw) places.set(id, { x: x - left + origin.x, y: y - top + origin.y });
  return places;
}

function topLeft(nodes: readonly WorkflowNode[]): Point {
  return { x: Math.min(...nodes.map((node) => node.position.x)), y: Math.min(...nodes.map((node) => node.position.y)) };
}

function shrunk(file: WorkflowFile, id: string): WorkflowFile {
  const children = childrenIn(file, id);
  const width = Math.max(...children.map((node) => node.position.x + sizeOf(file, node).width)) + containerPadding;
  const height = Math.max(...children.map((node) => node.position.y + sizeOf(file, node).height)) + containerPadding;
  return { ...file, nodes: file.nodes.map((node) => (node.id === id ? { ...node, size: { width, height } } : node)) };
}
