"use client";

import type { NodeProps } from "@xyflow/react";
import { CircleAlert, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { classNames } from "../../ui/class-names.ts";
import { Status, statusColor } from "../../ui/status.tsx";
import { NodeChips, NodeStateLine, NodeStateMark } from "../run/node-state.tsx";
import { useNodeLive, useStaleNode } from "../run/use-live.ts";
import { cardHeader } from "../store/geometry.ts";
import { nameOf, summaryOf } from "../store/graph.ts";
import { BreakerMark } from "./breaker-mark.tsx";
import type { Fault, FlowNode } from "./flow-model.ts";
import { useLevel } from "./level.ts";
import { familyColor, NodeIcon } from "./node-icon.tsx";
import { PortHandles, PortNames } from "./ports.tsx";

/** A step on the canvas: its icon, its name, and one quiet line that says what it does here. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<FlowNode>) {
  const level = useLevel();
  const { node, fault } = data;
  const live = useNodeLive(node.id);
  const stale = useStaleNode(node);
  if (level === "block") return <NodeBlock data={data} selected={selected} />;
  return (
    <div
      className={classNames(
        "node-card",
        live !== null && !stale && ["run-card", statusColor(live.status), `is-${live.status}`],
        selected && "node-chosen",
        fault !== null && `node-${fault}`,
      )}
      data-state={live?.status}
      data-testid={`node-${node.id}`}
    >
      <div style={{ height: cardHeader - 2 }} className="flex items-center gap-2.5 px-2.5 text-ink">
        {level === "name" && live?.run.step != null ? (
          <NodeStateMark {...live} stale={stale} large />
        ) : (
          <NodeIcon node={node} className="size-8" />
        )}
        {level === "card" ? (
          <div className="min-w-0 flex-1">
            <p className="truncate text-sm font-medium" dir="auto">
              {nameOf(node)}
            </p>
            <p className="truncate text-xs text-subtle" dir="auto">
              {live === null ? summaryOf(node) : <NodeStateLine {...live} summary={summaryOf(node)} />}
            </p>
          </div>
        ) : (
          <p
            className="line-clamp-2 min-w-0 flex-1 text-xl leading-6 font-medium tracking-tight break-words"
            dir="auto"
          >
            {nameOf(node)}
          </p>
        )}
        <FaultMark fault={fault} />
        {live === null && <BreakerMark node={node} />}
        {live !== null && level === "card" && <NodeStateMark {...live} stale={stale} large={false} />}
      </div>
      {level === "card" && <PortNames node={node} />}
      {live !== null && <NodeChips {...live} large={level === "name"} />}
      <PortHandles node={node} header={cardHeader} />
    </div>
  );
});

/** Seen from far away: a block in the colour of the family. */
function NodeBlock({ data: { node, fault }, selected }: Pick<NodeProps<FlowNode>, "data" | "selected">) {
  const live = useNodeLive(node.id);
  return (
    <div
      className={classNames(
        "node-block",
        live?.run.step == null ? familyColor(node) : statusColor(live.status),
        selected && "node-chosen",
        fault !== null && `node-${fault}`,
      )}
      data-state={live?.status}
      data-testid={`node-${node.id}`}
    >
      <span className="sr-only">{nameOf(node)}</span>
      {live?.run.step == null ? (
        <NodeIcon node={node} className="size-10 bg-transparent [&_svg]:size-8" />
      ) : (
        <Status name={live.status} as="icon" className="[&_svg]:size-9" />
      )}
      <PortHandles node={node} header={cardHeader} />
    </div>
  );
}

/** Settings that keep a node from running are an outline and this mark; what went wrong in a run would be filled. */
export function FaultMark({ fault }: { fault: Fault }) {
  if (fault === null) return null;
  const Icon = fault === "error" ? CircleAlert : TriangleAlert;
  return (
    <span title={fault === "error" ? "Has problems" : "Has a warning"} className="shrink-0">
      <Icon
        aria-hidden
        className={classNames("size-4", fault === "error" ? "text-failed" : "text-waiting")}
        strokeWidth={1.8}
      />
      <span className="sr-only">{fault === "error" ? "Has problems" : "Has a warning"}</span>
    </span>
  );
}
