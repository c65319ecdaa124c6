import type { Picture } from "../../contracts/api/template.ts";
import { type WorkflowFile, workflowFileSchema, type WorkflowNode } from "../../engine/workflow/file.ts";
import { definitionsByType } from "../../nodes/catalog/definitions.ts";

// The canvas draws cards of this size; a picture is small enough for what differs by the number of ports not to show.
const card = { width: 220, height: 64 };
const container = { header: 44, padding: 24, width: 300, height: 170 };
const grid = { x: 300, y: 120 };

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The drawing of a stored file; null for one that cannot be read, or draws nothing. */
export function pictureOfStored(definition: unknown): Picture | null {
  const parsed = workflowFileSchema.safeParse(definition);
  if (!parsed.success) return null;
  const picture = pictureOf(parsed.data);
  return picture.boxes.length === 0 ? null : picture;
}

/** The drawing of a workflow's graph: boxes and lines, without notes. A file that says no positions is laid out by what follows what. */
export function pictureOf(file: WorkflowFile): Picture {
  const drawn = file.nodes.filter((node) => definitionsByType.get(node.type)?.behaviour !== "note");
  const insides = Map.groupBy(drawn, (node) => node.parentId ?? "");
  const places = new Map<string, Place>();
  placeScope("", { x: 0, y: 0 });

  function placeScope(scope: string, origin: { x: number; y: number }): { width: number; height: number } {
    const nodes = insides.get(scope) ?? [];
    const positions = positionsOf(nodes, file);
    let [width, height] = [0, 0];
    for (const node of nodes) {
      const { x, y } = positions.get(node.id) ?? node.position;
      const at = { x: origin.x + x, y: origin.y + y };
      // Known before its insides are, which would else loop for ever in a file whose containers hold one another.
      const place = { ...at, ...card };
      places.set(node.id, place);
      if (insides.has(node.id) || isContainer(node)) {
        const needed = placeScope(node.id, at);
        place.width = Math.max(node.size?.width ?? container.width, needed.width + container.padding);
        place.height = Math.max(node.size?.height ?? container.height, needed.height + container.padding);
      }
      width = Math.max(width, x + place.width);
      height = Math.max(height, y + place.height);
    }
    return { width, height };
  }

  return normalized(drawn, places, file);
}

function normalized(drawn: WorkflowNode[], places: Map<string, Place>, file: WorkflowFile): Picture {
  const all = [...places.values()];
  if (all.length === 0) return { width: 0, height: 0, boxes: [], lines: [] };
  const left = Math.min(...all.map(({ x }) => x));
  const top = Math.min(...all.map(({ y }) => y));
  const boxes = drawn.flatMap((node) => {
    const place = places.get(node.id);
    const definition = definitionsByType.get(node.type);
    if (place === undefined) return [];
    return {
      ...place,
      x: place.x - left,
      y: place.y - top,
      family: definition?.family ?? "flow",
      container: isContainer(node),
      name: node.name ?? definition?.title ?? node.type,
    };
  });
  const lines = file.edges.flatMap((edge): Picture["lines"] => {
    const [from, to] = [places.get(edge.source), places.get(edge.target)];
    if (from === undefined || to === undefined) return [];
    return [[from.x + from.width - left, middle(from) - top, to.x - left, middle(to) - top]];
  });
  return {
    width: Math.max(...all.map(({ x, width }) => x + width)) - left,
    height: Math.max(...all.map(({ y, height }) => y + height)) - top,
    boxes: boxes.toSorted((one, other) => Number(other.container) - Number(one.container) || area(other) - area(one)),
    lines,
  };
}

function isContainer(node: WorkflowNode): boolean {
  const behaviour = definitionsByType.get(node.type)?.behaviour;
  return behaviour === "loop" || behaviour === "parallel";
}

function middle({ y, height }: Place): number {
  return y + Math.min(height, card.height) / 2;
}

function area({ width, height }: Place): number {
  return width * height;
}

/** Where the nodes of a scope stand: as the file says or, where it puts them all in one place, in columns by what they wait for. */
function positionsOf(nodes: readonly WorkflowNode[], file: WorkflowFile): Map<string, { x: number; y: number }> {
  const told = new Set(nodes.map(({ position }) => `${position.x} ${position.y}`));
  if (nodes.length < 2 || told.size > 1) return new Map(nodes.map((node) => [node.id, node.position]));
  const column = new Map(nodes.map((node) => [node.id, 0]));
  // As often as there are nodes is enough for any order of edges, and ends even where they make a circle.
  for (let round = 0; round < nodes.length; round++) {
    let moved = false;
    for (const { source, target } of file.edges) {
      const [before, own] = [column.get(source), column.get(target)];
      if (before === undefined || own === undefined || own > before || before + 1 >= nodes.length) continue;
      column.set(target, before + 1);
      moved = true;
    }
    if (!moved) break;
  }
  const rows = new Map<number, number>();
  return new Map(
    nodes.map((node) => {
      const x = column.get(node.id) ?? 0;
      const row = rows.get(x) ?? 0;
      rows.set(x, row + 1);
      return [node.id, { x: x * grid.x + container.padding, y: row * grid.y + container.header }];
    }),
  );
}
