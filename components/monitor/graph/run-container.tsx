"use client";

import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { isStepEnded } from "../../../engine/run/status.ts";
import type { FlowNode } from "../../editor/canvas/flow-model.ts";
import { useLevel } from "../../editor/canvas/level.ts";
import { NodeIcon } from "../../editor/canvas/node-icon.tsx";
import { containerHeader } from "../../editor/store/geometry.ts";
import { nameOf, summaryOf } from "../../editor/store/graph.ts";
import { classNames } from "../../ui/class-names.ts";
import { Status, statusColor } from "../../ui/status.tsx";
import type { NodeRun } from "../screen/graph-state.ts";
import { useScreen, useShown } from "../screen/use-screen.tsx";
import { Elapsed } from "./elapsed.tsx";
import { NodeButton, useNodeRun } from "./run-card.tsx";
import { RunPorts } from "./run-ports.tsx";
import { Chip } from "./step-chips.tsx";

/** A loop or parallel of a run: a soft panel whose header counts. */
export const RunContainer = memo(function RunContainer({ data: { node } }: NodeProps<FlowNode>) {
  const level = useLevel();
  const { run, status, chosen } = useNodeRun(node.id);
  const step = run?.step ?? null;
  return (
    <div className={classNames("run-container", statusColor(status), `is-${status}`, chosen && "is-chosen")}>
      <NodeButton
        node={node}
        status={status}
        chosen={chosen}
        className="flex w-full items-center gap-2.5 px-2.5 text-left text-ink"
        style={{ height: containerHeader }}
      >
        <NodeIcon node={node} className={level === "block" ? "size-9 [&_svg]:size-7" : "size-7"} />
        <span
          className={classNames(
            "truncate font-medium",
            level === "card" ? "text-sm" : level === "name" ? "text-xl tracking-tight" : "far-name",
          )}
          dir="auto"
        >
          {nameOf(node)}
        </span>
        {level === "card" && step === null && (
          <span className="min-w-0 flex-1 truncate text-xs text-subtle" dir="auto">
            {summaryOf(node)}
          </span>
        )}
        {step !== null && level !== "block" && (
          <span className="ml-auto flex shrink-0 items-center gap-1.5">
            <Counted id={node.id} run={run} large={level === "name"} />
            {level === "card" && (
              <Chip title="Time">
                <Elapsed step={step} />
              </Chip>
            )}
            <Status name={status} as="icon" className={level === "card" ? "[&_svg]:size-4" : "[&_svg]:size-7"} />
          </span>
        )}
        {step !== null && level === "block" && (
          <span className="far-count ml-auto flex shrink-0 items-center gap-2">
            <Counted id={node.id} run={run} large />
            <Status name={status} as="icon" className="[&_svg]:size-8" />
          </span>
        )}
      </NodeButton>
      <RunPorts node={node} header={containerHeader} />
    </div>
  );
});

/** How far the container is: iterations, or branches. */
function Counted({ id, run, large }: { id: string; run: NodeRun | null; large: boolean }) {
  const { plan } = useScreen();
  const branches = plan.scopes.get(id)?.branches ?? [];
  const done = useShown(
    ({ graph }) =>
      branches.filter((branch) => branch.every((each) => isStepEnded(graph.nodes.get(each)?.step?.status ?? "pending")))
        .length,
  );
  const progress = run?.step?.progress ?? null;
  const words =
    progress !== null
      ? `${progress.done}/${progress.total ?? "?"}`
      : branches.length > 1
        ? `${done} of ${branches.length} branches`
        : null;
  if (words === null) return null;
  return <span className={large ? "large-count text-xl font-medium tabular-nums" : "figures text-muted"}>{words}</span>;
}

/** A remark that stands on the canvas, as plain text. */
export const RunNote = memo(function RunNote({ data: { node } }: NodeProps<FlowNode>) {
  const level = useLevel();
  const text = typeof node.config["text"] === "string" ? node.config["text"] : "";
  return (
    <div className="node-note">
      {level !== "block" && (
        <p
          className={classNames(
            "overflow-hidden whitespace-pre-wrap",
            level === "card"
              ? "max-h-[round(down,100%,16px)] text-xs"
              : "max-h-[round(down,100%,24px)] text-xl leading-6",
          )}
          dir="auto"
        >
          {text}
        </p>
      )}
    </div>
  );
});
