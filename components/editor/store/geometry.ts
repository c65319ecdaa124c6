import type { WorkflowFile, WorkflowNode } from "../../../engine/workflow/file.ts";
import { childrenIn, definitionOf, isContainerNode, nodesOf, portsOf } from "./graph.ts";

// All in canvas pixels. Cards have sizes that follow from the file alone: nothing on the canvas has to be measured before it is drawn.
export const cardWidth = 220;
export const cardHeader = 56;
export const portRow = 20;
const portsPadding = 8;
export const containerHeader = 44;
export const containerPadding = 24;
/** Where the first child of a container stands. */
export const insideFrom = { x: containerPadding, y: containerHeader + 12 };
const emptyContainer = { width: 300, height: 170 };
const usualNote = { width: 260, height: 96 };
const leastNote = { width: 120, height: 48 };
export const gridStep = 4;

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** The size at which a node is drawn. A container is never smaller than what it holds. */
export function sizeOf(file: WorkflowFile, node: WorkflowNode): Size {
  if (definitionOf(node)?.behaviour === "note") {
    const { width, height } = node.size ?? usualNote;
    return { width: Math.max(leastNote.width, width), height: Math.max(leastNote.height, height) };
  }
  if (!isContainerNode(node)) return cardSize(node);
  const needed = insidesSize(file, node.id);
  return {
    width: Math.max(node.size?.width ?? emptyContainer.width, needed.width, cardWidth),
    height: Math.max(node.size?.height ?? emptyContainer.height, needed.height, portsHeight(node) + containerHeader),
  };
}

function cardSize(node: WorkflowNode): Size {
  return { width: cardWidth, height: cardHeader + portsHeight(node) };
}

/** Several outputs stand in rows with their names; a single one needs no name. */
function portsHeight(node: WorkflowNode): number {
  const { outputs } = portsOf(node);
  return outputs.length > 1 ? outputs.length * portRow + portsPadding : 0;
}

function insidesSize(file: WorkflowFile, id: string): Size {
  let width = 0;
  let height = 0;
  for (const child of childrenIn(file, id)) {
    const size = sizeOf(file, child);
    width = Math.max(width, child.position.x + size.width + containerPadding);
    height = Math.max(height, child.position.y + size.height + containerPadding);
  }
  return { width, height };
}

/** Where an output or input sits on its node: the middle of the port, from the node's own corner. */
export function portPoint(file: WorkflowFile, node: WorkflowNode, side: "in" | "out", name: string): Point {
  const size = sizeOf(file, node);
  const header = isContainerNode(node) ? containerHeader : cardHeader;
  if (side === "in") return { x: 0, y: header / 2 };
  const { outputs } = portsOf(node);
  if (outputs.length <= 1) return { x: size.width, y: header / 2 };
  const row = Math.max(
    0,
    outputs.findIndex((port) => port.name === name),
  );
  return { x: size.width, y: header + row * portRow + portRow / 2 };
}

/** Position on the canvas of what stands inside containers. */
export function absoluteOf(file: WorkflowFile, id: string): Point {
  let x = 0;
  let y = 0;
  const seen = new Set<string>();
  for (let node = nodesOf(file).get(id); node !== undefined && !seen.has(node.id);) {
    seen.add(node.id);
    x += node.position.x;
    y += node.position.y;
    node = node.parentId === null ? undefined : nodesOf(file).get(node.parentId);
  }
  return { x, y };
}

/** The innermost container that holds a point of the canvas, leaving some out; null for the graph itself. */
export function containerAt(file: WorkflowFile, point: Point, except: ReadonlySet<string> = new Set()): string | null {
  let found: { id: string; area: number } | null = null;
  for (const node of file.nodes) {
    if (!isContainerNode(node) || except.has(node.id)) continue;
    const { x, y } = absoluteOf(file, node.id);
    const { width, height } = sizeOf(file, node);
    const holds = point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height;
    if (holds && (found === null || width * height < found.area)) found = { id: node.id, area: width * height };
  }
  return found?.id ?? null;
}

/** A free place near a point among the nodes of a scope: the next one down that overlaps nothing. */
export function freePlace(file: WorkflowFile, container: string | null, wanted: Point, size: Size): Point {
  const others = childrenIn(file, container ?? "").map((node) => ({ ...node.position, ...sizeOf(file, node) }));
  const gap = 16;
  const place = snapped(wanted);
  for (let tries = 0; tries < 200; tries++) {
    const hit = others.find(
      (other) =>
        place.x < other.x + other.width + gap &&
        place.x + size.width + gap > other.x &&
        place.y < other.y + other.height + gap &&
        place.y + size.height + gap > other.y,
    );
    if (hit === undefined) return place;
    place.y = Math.ceil((hit.y + hit.height + gap) / gridStep) * gridStep;
  }
  return place;
}

export function snapped({ x, y }: Point): Point {
  return { x: Math.round(x / gridStep) * gridStep, y: Math.round(y / gridStep) * gridStep };
}
