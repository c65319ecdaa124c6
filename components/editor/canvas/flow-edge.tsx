"use client";

import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { classNames } from "../../ui/class-names.ts";
import { useEditor } from "../editor-context.tsx";
import { useLive } from "../run/use-live.ts";
import type { FlowEdge } from "./flow-model.ts";
import { useLevel } from "./level.ts";

/** A quiet curve. Under the pointer it offers to put a step in between. */
export const FlowEdgeLine = memo(function FlowEdgeLine(props: EdgeProps<FlowEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, selected, data } = props;
  const level = useLevel();
  const { view, mayWrite } = useEditor();
  const state = useLive(({ graph }) => graph.edges.get(id) ?? null);
  const [path, x, y] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const look = classNames(
    state === null || state === "open" ? "flow-line" : ["run-edge", `edge-${state}`],
    selected === true && "flow-line-chosen",
    data?.error === true && "flow-line-error",
  );
  if (level === "block") return <path d={path} className={classNames("react-flow__edge-path", look)} fill="none" />;
  return (
    <>
      <BaseEdge path={path} className={look} interactionWidth={18} />
      {state === "moving" && <path d={path} fill="none" className="run-pulse" />}
      {mayWrite && level === "card" && (
        <g
          className="flow-plus"
          transform={`translate(${x} ${y})`}
          data-testid={`insert-${id}`}
          onClick={(event) => {
            event.stopPropagation();
            view.setState({
              picker: { screen: { x: event.clientX, y: event.clientY }, purpose: { kind: "edge", edge: id } },
            });
          }}
        >
          <title>Insert a step here</title>
          <circle r="9" />
          <path d="M-4 0H4M0 -4V4" />
        </g>
      )}
    </>
  );
});
