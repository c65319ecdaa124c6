"use client";

import { ViewportPortal } from "@xyflow/react";
import { memo, useMemo } from "react";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { stepStatus } from "../../monitor/step-status.ts";
import type { GraphRun } from "../../monitor/screen/graph-state.ts";
import { statusColor } from "../../ui/status.tsx";
import { useLive } from "../run/use-live.ts";
import { absoluteOf, type Point, type Size, sizeOf } from "../store/geometry.ts";
import { definitionOf, isContainerNode } from "../store/graph.ts";
import type { Fault } from "./flow-model.ts";
import { familyColor } from "./node-icon.tsx";

interface FarNodesProps {
  file: WorkflowFile;
  selection: ReadonlySet<string>;
  faults: ReadonlyMap<string, Fault>;
}

/**
 * Seen from so far that a step is a few pixels, all steps are one picture: a path for each colour. A thousand elements, each with a place
 * of its own, would be laid out and painted whenever the view moves.
 */
export const FarNodes = memo(function FarNodes({ file, selection, faults }: FarNodesProps) {
  const graph = useLive((live) => live.graph);
  const boxes = useMemo(() => boxesOf(file), [file]);
  const paths = useMemo(() => pathsOf(file, boxes, graph), [file, boxes, graph]);
  const chosen = pathOf([...selection].flatMap((id) => boxes.get(id) ?? []));
  const faulty = pathOf([...faults].flatMap(([id, fault]) => (fault === "error" ? (boxes.get(id) ?? []) : [])));
  return (
    <ViewportPortal>
      <svg
        aria-hidden
        data-testid="far-nodes"
        width="1"
        height="1"
        className="pointer-events-none absolute top-0 left-0 overflow-visible"
      >
        {paths.map(({ color, holds, path }) => (
          <path key={`${color} ${holds}`} d={path} className={`${color} ${holds ? "far-container" : "far-node"}`} />
        ))}
        {faulty !== "" && <path d={faulty} fill="none" className="far-mark text-failed" />}
        {chosen !== "" && <path d={chosen} fill="none" className="far-mark text-accent" />}
      </svg>
    </ViewportPortal>
  );
});

type Box = Point & Size;

function boxesOf(file: WorkflowFile): Map<string, Box> {
  return new Map(file.nodes.map((node) => [node.id, { ...absoluteOf(file, node.id), ...sizeOf(file, node) }]));
}

function pathsOf(file: WorkflowFile, boxes: ReadonlyMap<string, Box>, graph: GraphRun) {
  const groups = new Map<string, { color: string; holds: boolean; boxes: Box[] }>();
  for (const node of file.nodes) {
    const box = boxes.get(node.id);
    const step = graph.nodes.get(node.id)?.step;
    const note = definitionOf(node)?.behaviour === "note";
    const color = step != null ? statusColor(stepStatus(step)) : note ? "text-waiting" : familyColor(node);
    const holds = isContainerNode(node) || note;
    const key = `${holds} ${color}`;
    const group = groups.get(key) ?? { color, holds, boxes: [] };
    if (box !== undefined) group.boxes.push(box);
    groups.set(key, group);
  }
  // What holds others lies below them.
  return [...groups.values()]
    .toSorted((a, b) => Number(b.holds) - Number(a.holds))
    .map(({ color, holds, boxes: all }) => ({ color, holds, path: pathOf(all) }));
}

function pathOf(boxes: readonly Box[]): string {
  return boxes.map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`).join("");
}

/** The innermost node at a point of the canvas; null where there is none. */
export function nodeAt(file: WorkflowFile, { x, y }: Point): string | null {
  let found: { id: string; area: number } | null = null;
  for (const [id, box] of boxesOf(file)) {
    const holds = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
    const area = box.width * box.height;
    if (holds && (found === null || area < found.area)) found = { id, area };
  }
  return found?.id ?? null;
}
