"use client";

import { getBezierPath, Position, ViewportPortal } from "@xyflow/react";
import { memo, useMemo } from "react";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { absoluteOf, portPoint } from "../store/geometry.ts";
import { isErrorEdge, nodesOf } from "../store/graph.ts";

/** All edges as two lines of one picture, plain ones and those of errors: a thousand elements that nobody can hit are not worth drawing. */
export const FarEdges = memo(function FarEdges({ file }: { file: WorkflowFile }) {
  const [plain, errors] = useMemo(() => [pathOf(file, false), pathOf(file, true)], [file]);
  return (
    <ViewportPortal>
      <svg aria-hidden width="1" height="1" className="pointer-events-none absolute top-0 left-0 overflow-visible">
        <path d={plain} fill="none" className="flow-line" />
        {errors !== "" && <path d={errors} fill="none" className="flow-line flow-line-error" />}
      </svg>
    </ViewportPortal>
  );
});

function pathOf(file: WorkflowFile, errors: boolean): string {
  const nodes = nodesOf(file);
  return file.edges
    .filter((edge) => isErrorEdge(file, edge) === errors)
    .map((edge) => {
      const source = nodes.get(edge.source);
      const target = nodes.get(edge.target);
      if (source === undefined || target === undefined) return "";
      const from = absoluteOf(file, source.id);
      const to = absoluteOf(file, target.id);
      const out = portPoint(file, source, "out", edge.sourcePort);
      const into = portPoint(file, target, "in", edge.targetPort);
      const [path] = getBezierPath({
        sourceX: from.x + out.x,
        sourceY: from.y + out.y,
        sourcePosition: Position.Right,
        targetX: to.x + into.x,
        targetY: to.y + into.y,
        targetPosition: Position.Left,
      });
      return path;
    })
    .join("");
}
