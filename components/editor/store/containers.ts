import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { addNode, borderEdges, connect, outermost, reparent } from "./edits.ts";
import { absoluteOf, containerPadding, insideFrom, sizeOf } from "./geometry.ts";
import { childrenIn, isContainerNode, nodesOf, portsOf } from "./graph.ts";

/**
 * Puts nodes of one scope into a new container at their place: edges that led to them lead to it, edges from them come out of it.
 * Null when they do not stand in one scope.
 */
export function wrap(
  file: WorkflowFile,
  ids: Iterable<string>,
  type: "loop" | "parallel",
): { file: WorkflowFile; id: string } | null {
  const members = outermost(file, ids);
  const nodes = members.flatMap((id) => nodesOf(file).get(id) ?? []);
  const parentId = nodes[0]?.parentId ?? null;
  const plain = nodes.filter((node) => node.parentId === parentId && node.type !== "start" && node.type !== "output");
  if (plain.length === 0 || plain.length !== nodes.length) return null;
  const left = Math.min(...plain.map((node) => node.position.x)) - containerPadding;
  const top = Math.min(...plain.map((node) => node.position.y)) - insideFrom.y;
  const inside = new Set(members);
  const { into, out } = borderEdges(file, inside);
  const bare = {
    ...file,
    nodes: file.nodes.filter((node) => !inside.has(node.id)),
    edges: file.edges.filter((edge) => !into.includes(edge) && !out.includes(edge)),
  };
  // Made among the others alone: where the members stand is where it shall stand.
  const made = addNode(bare, { type, position: { x: left, y: top }, parentId });
  let next: WorkflowFile = {
    ...made.file,
    nodes: [
      ...made.file.nodes,
      ...plain.map((node) => ({
        ...node,
        parentId: made.id,
        position: { x: node.position.x - left, y: node.position.y - top },
      })),
      ...file.nodes.filter((node) => inside.has(node.id) && !plain.includes(node)),
    ],
  };
  next = moved(next, made.id, { x: left, y: top });
  for (const edge of into) next = connect({ ...edge, target: made.id, targetPort: "in" })(next);
  for (const edge of out) next = connect({ ...edge, source: made.id, sourcePort: "out" })(next);
  return { file: next, id: made.id };
}

function moved(file: WorkflowFile, id: string, position: { x: number; y: number }): WorkflowFile {
  return { ...file, nodes: file.nodes.map((node) => (node.id === id ? { ...node, position } : node)) };
}

/** Takes a container away and leaves what it held in its place, joined to what stood before and after it. */
export function unwrap(file: WorkflowFile, id: string): { file: WorkflowFile; ids: string[] } | null {
  const container = nodesOf(file).get(id);
  if (container === undefined || !isContainerNode(container)) return null;
  const children = childrenIn(file, id);
  const within = new Set(children.map((child) => child.id));
  const roots = children.filter(
    (child) => !file.edges.some((edge) => edge.target === child.id && within.has(edge.source)),
  );
  const sinks = children.filter(
    (child) => !file.edges.some((edge) => edge.source === child.id && within.has(edge.target)),
  );
  const before = file.edges.filter((edge) => edge.target === id);
  const after = file.edges.filter((edge) => edge.source === id);
  let next = reparent([...within], container.parentId)(file);
  next = {
    ...next,
    nodes: next.nodes.filter((node) => node.id !== id),
    edges: next.edges.filter((edge) => edge.source !== id && edge.target !== id),
  };
  for (const edge of before) {
    for (const root of roots) {
      const input = portsOf(root).inputs[0];
      if (input !== undefined) next = connect({ ...edge, target: root.id, targetPort: input.name })(next);
    }
  }
  for (const edge of after) {
    for (const sink of sinks) {
      const output = portsOf(sink).outputs[0];
      if (output !== undefined) next = connect({ ...edge, source: sink.id, sourcePort: output.name })(next);
    }
  }
  return { file: next, ids: [...within] };
}

/** The rectangle around nodes, on the canvas. */
export function boundsOf(
  file: WorkflowFile,
  ids: Iterable<string>,
): { x: number; y: number; width: number; height: number } {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const id of ids) {
    const node = nodesOf(file).get(id);
    if (node === undefined) continue;
    const at = absoluteOf(file, id);
    const size = sizeOf(file, node);
    left = Math.min(left, at.x);
    top = Math.min(top, at.y);
    right = Math.max(right, at.x + size.width);
    bottom = Math.max(bottom, at.y + size.height);
  }
  return left === Infinity
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}
