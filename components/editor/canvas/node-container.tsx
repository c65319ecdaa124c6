"use client";

import { NodeResizeControl, type NodeProps } from "@xyflow/react";
import { memo } from "react";
import { classNames } from "../../ui/class-names.ts";
import { statusColor } from "../../ui/status.tsx";
import { useEditor } from "../editor-context.tsx";
import { NodeStateMark } from "../run/node-state.tsx";
import { useNodeLive, useStaleNode } from "../run/use-live.ts";
import { resizeNode } from "../store/edits.ts";
import { containerHeader } from "../store/geometry.ts";
import { nameOf, summaryOf } from "../store/graph.ts";
import type { FlowNode } from "./flow-model.ts";
import { useLevel } from "./level.ts";
import { FaultMark } from "./node-card.tsx";
import { NodeIcon, familyColor } from "./node-icon.tsx";
import { PortHandles } from "./ports.tsx";

/** A loop or parallel: a soft panel that holds its steps. */
export const NodeContainer = memo(function NodeContainer({ data, selected }: NodeProps<FlowNode>) {
  const level = useLevel();
  const { node, fault, children } = data;
  const live = useNodeLive(node.id);
  const stale = useStaleNode(node);
  const progress = live?.run.step?.progress ?? null;
  return (
    <div
      className={classNames(
        "node-container",
        live?.run.step == null || stale
          ? familyColor(node)
          : ["run-container", statusColor(live.status), `is-${live.status}`],
        selected && "node-chosen",
        fault !== null && `node-${fault}`,
      )}
      data-state={live?.status}
      data-testid={`node-${node.id}`}
    >
      <div style={{ height: containerHeader }} className="flex items-center gap-2.5 px-2.5 text-ink">
        <NodeIcon node={node} className={level === "block" ? "size-9 [&_svg]:size-7" : "size-7"} />
        {level === "card" && (
          <div className="flex min-w-0 flex-1 items-baseline gap-2">
            <p className="shrink-0 truncate text-sm font-medium" dir="auto">
              {nameOf(node)}
            </p>
            <p className="min-w-0 truncate text-xs text-subtle" dir="auto">
              {summaryOf(node)}
            </p>
          </div>
        )}
        {level === "name" && (
          <p className="min-w-0 flex-1 truncate text-xl font-medium tracking-tight" dir="auto">
            {nameOf(node)}
          </p>
        )}
        {progress !== null && level !== "block" && (
          <span className={level === "name" ? "text-xl font-medium tabular-nums" : "figures shrink-0 text-muted"}>
            {progress.done}/{progress.total ?? "?"}
          </span>
        )}
        {progress === null && children !== null && children > 0 && level === "card" && (
          <span className="figures shrink-0 text-2xs text-subtle">
            {children === 1 ? "1 step" : `${children} steps`}
          </span>
        )}
        <FaultMark fault={fault} />
        {live !== null && <NodeStateMark {...live} stale={stale} large={level !== "card"} />}
      </div>
      {children === 0 && level === "card" && (
        <p className="mx-6 mt-3 rounded-md border border-dashed border-line-strong px-3 py-5 text-center text-xs text-muted">
          Drop steps in here
        </p>
      )}
      <PortHandles node={node} header={containerHeader} />
      {selected && level !== "block" && <Resizer id={node.id} least={{ width: 260, height: 130 }} />}
    </div>
  );
});

/** The corner by which containers and notes are made larger. */
export function Resizer({ id, least }: { id: string; least: { width: number; height: number } }) {
  const { editor, mayWrite } = useEditor();
  if (!mayWrite) return null;
  return (
    <NodeResizeControl
      minWidth={least.width}
      minHeight={least.height}
      position="bottom-right"
      className="node-resizer"
      onResizeEnd={(_event, { x, y, width, height }) =>
        editor.apply(resizeNode(id, { x, y }, { width, height }), { label: "Resize" })
      }
    />
  );
}
