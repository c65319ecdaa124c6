import type { Json } from "../../../engine/json.ts";
import {
  fileLimits,
  reservedNames,
  type WorkflowEdge,
  type WorkflowFile,
  type WorkflowNode,
} from "../../../engine/workflow/file.ts";
import { absoluteOf, freePlace, insideFrom, type Point, type Size, sizeOf, snapped } from "./geometry.ts";
import {
  connectFault,
  containersOf,
  definitionOf,
  incoming,
  type Joint,
  nodesOf,
  outgoing,
  portsOf,
  withInsides,
} from "./graph.ts";
import { renameReferences } from "./references.ts";

/** Every change to a workflow file is one of these: pure, so that undo is the file before and tests need no screen. */
export type Edit = (file: WorkflowFile) => WorkflowFile;

export interface NewNode {
  type: string;
  /** Position inside `parentId`. */
  position: Point;
  parentId?: string | null;
  config?: Record<string, Json>;
  name?: string;
}

/** An identifier that nothing in the file has yet: `agent`, `agent_2`, and so on. */
export function freshId(file: WorkflowFile, wanted: string, taken: ReadonlySet<string> = new Set()): string {
  const base = identifierOf(wanted);
  const known = nodesOf(file);
  const free = (id: string) => !known.has(id) && !taken.has(id) && !reservedNames.includes(id);
  if (free(base)) return base;
  const stem = base.replace(/_\d+$/, "");
  // A reserved name is nobody's first.
  let number = reservedNames.includes(stem) ? 1 : 2;
  while (!free(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

/** Words made into an identifier: "Legal review!" becomes `legal_review`. */
export function identifierOf(words: string): string {
  const plain = words
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9_]+/g, "_")
    .replaceAll(/^[^A-Za-z]+|_+$/g, "")
    .slice(0, 60);
  return plain === "" ? "step" : plain;
}

/** Adds a node of a type with its first settings, where it overlaps nothing. */
export function addNode(file: WorkflowFile, wanted: NewNode): { file: WorkflowFile; id: string } {
  const definition = definitionOf(wanted);
  if (definition === undefined) throw new Error(`There is no node type "${wanted.type}".`);
  const id = freshId(file, wanted.type);
  const node: WorkflowNode = {
    id,
    type: wanted.type,
    name: wanted.name ?? numbered(file, definition.title),
    parentId: wanted.parentId ?? null,
    position: snapped(wanted.position),
    config: structuredClone(wanted.config ?? definition.initialConfig) as Record<string, Json>,
    onError: "fail",
    join: "all",
    cancelOthers: false,
    on: [],
    irreversible: false,
  };
  const position = freePlace(file, node.parentId, wanted.position, sizeOf(file, node));
  return { file: { ...file, nodes: [...file.nodes, { ...node, position }] }, id };
}

function numbered(file: WorkflowFile, title: string): string {
  const names = new Set(file.nodes.map((node) => node.name));
  if (!names.has(title)) return title;
  let number = 2;
  while (names.has(`${title} ${number}`)) number += 1;
  return `${title} ${number}`;
}

/** Changes one node; everything else keeps its identity. */
export function patchNode(id: string, patch: Partial<WorkflowNode>): Edit {
  return (file) => ({
    ...file,
    nodes: file.nodes.map((node) => (node.id === id ? tidied({ ...node, ...patch }) : node)),
  });
}

/** Optional fields that were cleared are left out of the file, not written as undefined. */
function tidied(node: WorkflowNode): WorkflowNode {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as WorkflowNode;
}

/** Sets a node's settings and drops edges from ports that it has no more. */
export function setConfig(id: string, config: Record<string, Json>): Edit {
  return changeNode(id, { config });
}

/** Changes a node and drops edges from ports that it has no more: settings, handlers and what happens on an error all make ports. */
export function changeNode(id: string, patch: Partial<WorkflowNode>): Edit {
  return (file) => {
    const before = nodesOf(file).get(id);
    const changed = patchNode(id, patch)(file);
    const after = nodesOf(changed).get(id);
    if (before === undefined || after === undefined) return file;
    return keepPorts(changed, before, after);
  };
}

/** Edges stay as long as their port does; the names of ports are often being typed, so an edge follows a renamed port. */
export function keepPorts(file: WorkflowFile, before: WorkflowNode, after: WorkflowNode): WorkflowFile {
  const was = portsOf(before).outputs.map((port) => port.name);
  const is = portsOf(after).outputs.map((port) => port.name);
  if (was.join() === is.join()) return file;
  const renamed = new Map<string, string>();
  if (was.length === is.length) {
    was.forEach((name, index) => {
      const now = is[index];
      if (now !== undefined && now !== name && !is.includes(name) && !was.includes(now)) renamed.set(name, now);
    });
  }
  const edges = file.edges.flatMap((edge) => {
    if (edge.source !== after.id || is.includes(edge.sourcePort)) return [edge];
    const now = renamed.get(edge.sourcePort);
    return now === undefined ? [] : [{ ...edge, sourcePort: now }];
  });
  return { ...file, edges };
}

/** Removes nodes with all that is inside of them. With `heal`, what came before is joined to what came after. */
export function removeNodes(ids: Iterable<string>, heal = false): Edit {
  return (file) => {
    const gone = withInsides(file, ids);
    const kept = file.edges.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target));
    const next = { ...file, nodes: file.nodes.filter((node) => !gone.has(node.id)), edges: kept };
    return heal ? bridged(file, next, gone) : next;
  };
}

function bridged(before: WorkflowFile, after: WorkflowFile, gone: ReadonlySet<string>): WorkflowFile {
  let file = after;
  for (const edge of before.edges) {
    if (gone.has(edge.source) || !gone.has(edge.target)) continue;
    const seen = new Set<string>();
    const waiting = [edge.target];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      for (const onward of outgoing(before, id)) {
        if (gone.has(onward.target)) waiting.push(onward.target);
        else file = connect({ ...edge, target: onward.target, targetPort: onward.targetPort })(file);
      }
    }
  }
  return file;
}

export function removeEdges(ids: ReadonlySet<string>): Edit {
  return (file) => ({ ...file, edges: file.edges.filter((edge) => !ids.has(edge.id)) });
}

/** Joins two ports; a joint that is not allowed changes nothing (`connectFault` says why). */
export function connect(joint: Joint): Edit {
  return (file) => {
    if (connectFault(file, joint) !== null || file.edges.length >= fileLimits.edges) return file;
    const { source, sourcePort, target, targetPort } = joint;
    return { ...file, edges: [...file.edges, { id: freshEdgeId(file), source, sourcePort, target, targetPort }] };
  };
}

function freshEdgeId(file: WorkflowFile, taken: ReadonlySet<string> = new Set()): string {
  const known = new Set(file.edges.map((edge) => edge.id));
  let number = file.edges.length + 1;
  while (known.has(`e${number}`) || taken.has(`e${number}`)) number += 1;
  return `e${number}`;
}

/** Puts a node that is already there between the two ends of an edge. */
export function insertOnEdge(edgeId: string, nodeId: string): Edit {
  return (file) => {
    const edge = file.edges.find((each) => each.id === edgeId);
    const node = nodesOf(file).get(nodeId);
    const input = node === undefined ? undefined : portsOf(node).inputs[0];
    const output = node === undefined ? undefined : portsOf(node).outputs[0];
    if (edge === undefined || input === undefined) return file;
    const open = removeEdges(new Set([edgeId]))(file);
    const first = connect({ ...edge, target: nodeId, targetPort: input.name })(open);
    if (output === undefined) return first;
    return connect({ source: nodeId, sourcePort: output.name, target: edge.target, targetPort: edge.targetPort })(
      first,
    );
  };
}

/** Moves nodes to positions inside the containers they stand in. */
export function moveNodes(positions: ReadonlyMap<string, Point>): Edit {
  return (file) => ({
    ...file,
    nodes: file.nodes.map((node) => {
      const position = positions.get(node.id);
      if (position === undefined || (position.x === node.position.x && position.y === node.position.y)) return node;
      return { ...node, position: snapped(position) };
    }),
  });
}

/**
 * Moves nodes into a container, or out of all with null. They keep their place on the canvas; edges that would then join different
 * containers are dropped.
 */
export function reparent(ids: readonly string[], parentId: string | null): Edit {
  return (file) => {
    const origin = parentId === null ? { x: 0, y: 0 } : absoluteOf(file, parentId);
    const inside = parentId === null ? [] : [parentId, ...containersOf(file, parentId)];
    const moving = new Set(ids.filter((id) => !inside.includes(id) && nodesOf(file).get(id)?.parentId !== parentId));
    if (moving.size === 0) return file;
    const nodes = file.nodes.map((node) => {
      if (!moving.has(node.id)) return node;
      const at = absoluteOf(file, node.id);
      const position = { x: at.x - origin.x, y: at.y - origin.y };
      if (parentId === null) return { ...node, parentId, position };
      // Nothing may stand left of or above the inside of its container: the container could not grow to hold it.
      return {
        ...node,
        parentId,
        position: { x: Math.max(insideFrom.x, position.x), y: Math.max(insideFrom.y, position.y) },
      };
    });
    return withinScopes({ ...file, nodes });
  };
}

function withinScopes(file: WorkflowFile): WorkflowFile {
  const parents = new Map(file.nodes.map((node) => [node.id, node.parentId]));
  const edges = file.edges.filter((edge) => parents.get(edge.source) === parents.get(edge.target));
  return edges.length === file.edges.length ? file : { ...file, edges };
}

/** Gives a node another id and rewrites every expression that reads it, in all nodes. */
export function renameId(from: string, to: string): Edit {
  return (file) => ({
    ...file,
    nodes: file.nodes.map((node) => {
      const config = renameReferences(node.config, from, to) as WorkflowNode["config"];
      const own = node.id === from;
      const child = node.parentId === from;
      if (!own && !child && config === node.config) return node;
      return { ...node, config, id: own ? to : node.id, parentId: child ? to : node.parentId };
    }),
    edges: file.edges.map((edge) =>
      edge.source === from || edge.target === from
        ? {
            ...edge,
            source: edge.source === from ? to : edge.source,
            target: edge.target === from ? to : edge.target,
          }
        : edge,
    ),
  });
}

export function resizeNode(id: string, position: Point, size: Size): Edit {
  return patchNode(id, {
    position: snapped(position),
    size: { width: Math.max(1, Math.round(size.width)), height: Math.max(1, Math.round(size.height)) },
  });
}

/** Edges that lead to and from a set of nodes, across its border. */
export function borderEdges(
  file: WorkflowFile,
  ids: ReadonlySet<string>,
): { into: WorkflowEdge[]; out: WorkflowEdge[]; within: WorkflowEdge[] } {
  const touched = [...ids].flatMap((id) => [...outgoing(file, id), ...incoming(file, id)]);
  const into = touched.filter((edge) => ids.has(edge.target) && !ids.has(edge.source));
  const out = touched.filter((edge) => ids.has(edge.source) && !ids.has(edge.target));
  const within = [...new Set(touched.filter((edge) => ids.has(edge.source) && ids.has(edge.target)))];
  return { into, out, within };
}

/** Of these nodes, those that are not inside another of them. */
export function outermost(file: WorkflowFile, ids: Iterable<string>): string[] {
  const set = new Set(ids);
  return [...set].filter((id) => nodesOf(file).has(id) && !containersOf(file, id).some((each) => set.has(each)));
}
