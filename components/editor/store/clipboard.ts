import { z } from "zod";
import {
  edgeSchema,
  fileLimits,
  nodeSchema,
  variableSchema,
  type WorkflowEdge,
  type WorkflowFile,
  type WorkflowNode,
} from "../../../engine/workflow/file.ts";
import { boundsOf } from "./containers.ts";
import { freshId, outermost } from "./edits.ts";
import { absoluteOf, insideFrom, type Point, snapped } from "./geometry.ts";
import { nodesOf, withInsides } from "./graph.ts";
import { renameReferences } from "./references.ts";

/** What copying puts on the clipboard: plain JSON, so that it can be pasted into another workflow, another organisation or an e-mail. */
const clipSchema = z.object({
  baton: z.literal("nodes"),
  nodes: z.array(nodeSchema).min(1).max(fileLimits.nodes),
  edges: z.array(edgeSchema).max(fileLimits.edges),
  variables: z.array(variableSchema).max(200).default([]),
});
export type Clip = z.infer<typeof clipSchema>;

/** The chosen nodes with all they hold and the edges among them; positions are on the canvas. Null when nothing is chosen. */
export function clipOf(file: WorkflowFile, ids: Iterable<string>): Clip | null {
  const roots = new Set(outermost(file, ids));
  if (roots.size === 0) return null;
  const all = withInsides(file, roots);
  const nodes = file.nodes
    .filter((node) => all.has(node.id))
    .map((node) => (roots.has(node.id) ? { ...node, parentId: null, position: absoluteOf(file, node.id) } : node));
  const edges = file.edges.filter((edge) => all.has(edge.source) && all.has(edge.target));
  const written = JSON.stringify(nodes);
  const variables = file.variables.filter((variable) => written.includes(variable.name));
  return { baton: "nodes", nodes, edges, variables };
}

/** Reads a clip, or a whole workflow file, from text of the clipboard; null when it is neither. */
export function readClip(text: string): Clip | null {
  if (text.length > fileLimits.bytes || !text.trimStart().startsWith("{")) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (problem) {
    // Some other text: pasting it on the canvas means nothing.
    if (problem instanceof SyntaxError) return null;
    throw problem;
  }
  const whole = z.looseObject({ schemaVersion: z.literal(1), nodes: z.array(z.unknown()) }).safeParse(value);
  const clip = clipSchema.safeParse(whole.success ? { edges: [], ...whole.data, baton: "nodes" } : value);
  return clip.success ? clip.data : null;
}

/**
 * Adds what was copied, with fresh ids where names are taken and its own references rewritten. `at` is the upper left corner inside
 * `parentId`. A second start is left out: a workflow begins once.
 */
export function paste(
  file: WorkflowFile,
  clip: Clip,
  at: Point,
  parentId: string | null,
): { file: WorkflowFile; ids: string[] } {
  const bounds = boundsOf(
    { ...file, nodes: clip.nodes, edges: [] },
    clip.nodes.filter(isRoot).map((node) => node.id),
  );
  const hasStart = file.nodes.some((node) => node.type === "start");
  const wanted = clip.nodes.filter((node) => !(node.type === "start" && (hasStart || parentId !== null)));
  const ids = new Map<string, string>();
  for (const node of wanted) ids.set(node.id, freshId(file, node.id, new Set(ids.values())));
  const nodes = wanted.map((node): WorkflowNode => pasted(node, ids, bounds, at, parentId));
  const edges = edgesOf(file, clip, ids);
  const known = new Set(file.variables.map((variable) => variable.name));
  const variables = clip.variables.filter((variable) => !known.has(variable.name));
  const next = {
    ...file,
    nodes: [...file.nodes, ...nodes].slice(0, fileLimits.nodes),
    edges: [...file.edges, ...edges].slice(0, fileLimits.edges),
    variables: variables.length === 0 ? file.variables : [...file.variables, ...variables],
  };
  return { file: next, ids: wanted.filter(isRoot).flatMap((node) => ids.get(node.id) ?? []) };
}

function isRoot(node: WorkflowNode): boolean {
  return node.parentId === null;
}

function pasted(
  node: WorkflowNode,
  ids: ReadonlyMap<string, string>,
  bounds: Point,
  at: Point,
  parentId: string | null,
): WorkflowNode {
  let config = node.config;
  // By way of names that nothing has, or a → b, b → c would make both c.
  for (const from of ids.keys()) config = renameReferences(config, from, `${from}_${marker}`);
  for (const [from, to] of ids) config = renameReferences(config, `${from}_${marker}`, to);
  const root = isRoot(node);
  const moved = snapped({ x: node.position.x - bounds.x + at.x, y: node.position.y - bounds.y + at.y });
  const position =
    parentId === null ? moved : { x: Math.max(insideFrom.x, moved.x), y: Math.max(insideFrom.y, moved.y) };
  return {
    ...node,
    config,
    id: ids.get(node.id) ?? node.id,
    parentId: root ? parentId : (ids.get(node.parentId ?? "") ?? parentId),
    position: root ? position : node.position,
  };
}

const marker = "pasting";

function edgesOf(file: WorkflowFile, clip: Clip, ids: ReadonlyMap<string, string>): WorkflowEdge[] {
  const known = new Set(file.edges.map((edge) => edge.id));
  let number = file.edges.length;
  return clip.edges.flatMap((edge) => {
    const source = ids.get(edge.source);
    const target = ids.get(edge.target);
    if (source === undefined || target === undefined) return [];
    do number += 1;
    while (known.has(`e${number}`));
    return [{ ...edge, id: `e${number}`, source, target }];
  });
}

/** The nodes again, a little lower, all chosen: Mod+D. */
export function duplicate(file: WorkflowFile, ids: Iterable<string>): { file: WorkflowFile; ids: string[] } | null {
  const roots = outermost(file, ids);
  const clip = clipOf(file, roots);
  if (clip === null) return null;
  const parents = new Set(roots.map((id) => nodesOf(file).get(id)?.parentId ?? null));
  const parentId = parents.size === 1 ? ([...parents][0] ?? null) : null;
  const bounds = boundsOf(file, roots);
  const origin = parentId === null ? { x: 0, y: 0 } : absoluteOf(file, parentId);
  return paste(file, clip, { x: bounds.x - origin.x + 32, y: bounds.y - origin.y + bounds.height + 24 }, parentId);
}
