"use client";

import { type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import type { FlowEdge } from "../../editor/canvas/flow-model.ts";
import { useShown } from "../screen/use-screen.tsx";

/** A line of the run: taken, skipped, or with data on its way. */
export const RunEdge = memo(function RunEdge(props: EdgeProps<FlowEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data } = props;
  const state = useShown(({ graph }) => graph.edges.get(id) ?? "open");
  const [path] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  return (
    <>
      <path d={path} fill="none" className={`run-edge edge-${state} ${data?.error === true ? "edge-fault" : ""}`} />
      {state === "moving" && <path d={path} fill="none" className="run-pulse" />}
    </>
  );
});
