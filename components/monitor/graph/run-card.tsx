"use client";

import type { NodeProps } from "@xyflow/react";
import { memo, type ReactNode } from "react";
import type { WorkflowNode } from "../../../engine/workflow/file.ts";
import type { FlowNode } from "../../editor/canvas/flow-model.ts";
import { useLevel } from "../../editor/canvas/level.ts";
import { NodeIcon } from "../../editor/canvas/node-icon.tsx";
import { PortNames } from "../../editor/canvas/ports.tsx";
import { cardHeader } from "../../editor/store/geometry.ts";
import { nameOf, summaryOf } from "../../editor/store/graph.ts";
import { classNames } from "../../ui/class-names.ts";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { Status, statusColor, statusWord, type StatusName } from "../../ui/status.tsx";
import type { NodeRun } from "../screen/graph-state.ts";
import { useShown } from "../screen/use-screen.tsx";
import { stepStatus } from "../step-status.ts";
import { Elapsed } from "./elapsed.tsx";
import { RunPorts } from "./run-ports.tsx";
import { StepChips } from "./step-chips.tsx";

/** A step on the live canvas: what it is, in which state, and what it took. */
export const RunCard = memo(function RunCard({ data: { node } }: NodeProps<FlowNode>) {
  const level = useLevel();
  const { run, status, chosen } = useNodeRun(node.id);
  const look = classNames("run-card", statusColor(status), `is-${status}`, chosen && "is-chosen");
  if (level === "block") {
    return (
      <div className={classNames(look, "run-block")}>
        <NodeButton node={node} status={status} chosen={chosen} className="flex size-full items-center gap-2 px-3">
          {run?.step == null ? (
            <NodeIcon node={node} className="size-10 shrink-0 bg-transparent [&_svg]:size-8" />
          ) : (
            <Status name={status} as="icon" className="[&_svg]:size-9" />
          )}
          <span className="far-name" dir="auto">
            {nameOf(node)}
          </span>
        </NodeButton>
        <RunPorts node={node} header={cardHeader} />
      </div>
    );
  }
  const step = run?.step ?? null;
  return (
    <div className={look}>
      <NodeButton
        node={node}
        status={status}
        chosen={chosen}
        className="flex w-full items-center gap-2.5 px-2.5 text-left text-ink"
        style={{ height: cardHeader - 2 }}
      >
        <NodeIcon node={node} className="size-8" />
        {level === "card" ? (
          <span className="min-w-0 flex-1">
            <span className="block truncate text-sm font-medium" dir="auto">
              {nameOf(node)}
            </span>
            <span className="block truncate text-xs text-subtle" dir="auto">
              {step === null || status === "pending" ? (
                summaryOf(node)
              ) : (
                <span className={classNames("font-medium", statusColor(status))}>
                  {statusWord(status)}
                  {status === "retrying" && ` ${step.attempt + 1}/${step.maxAttempts}`}
                  {status === "breaker-open" && step.retryAt !== null && (
                    <>
                      , again <RelativeTime at={step.retryAt} live />
                    </>
                  )}
                  {status === "running" && step.attempt > 1 && `, attempt ${step.attempt}/${step.maxAttempts}`}
                </span>
              )}
            </span>
          </span>
        ) : (
          <span
            className="line-clamp-2 min-w-0 flex-1 text-xl leading-6 font-medium tracking-tight break-words"
            dir="auto"
          >
            {nameOf(node)}
          </span>
        )}
        {step !== null && (
          <Status
            name={status}
            as="icon"
            attempt={step.attempt + 1}
            maxAttempts={step.maxAttempts}
            className={level === "card" ? "[&_svg]:size-4" : "[&_svg]:size-7"}
          />
        )}
      </NodeButton>
      {level === "card" && <PortNames node={node} />}
      {run?.step != null && (
        <StepChips run={run} status={status} elapsed={<Elapsed step={run.step} />} large={level === "name"} />
      )}
      <RunPorts node={node} header={cardHeader} />
    </div>
  );
});

/** What a node shows of the run; each asks for its own, so that only what changed is drawn again. */
export function useNodeRun(id: string): { run: NodeRun | null; status: StatusName; chosen: boolean } {
  const run = useShown(({ graph }) => graph.nodes.get(id) ?? null);
  const chosen = useShown(({ current }) => current !== null && current.slice(current.lastIndexOf(".") + 1) === id);
  return { run, status: run === null || run.step === null ? "pending" : stepStatus(run.step), chosen };
}

interface NodeButtonProps {
  node: WorkflowNode;
  status: StatusName;
  chosen: boolean;
  className: string;
  style?: { height: number };
  children: ReactNode;
}

/** The part of a node that takes the keyboard. Pressing it reaches the canvas as a click on the node. */
export function NodeButton({ node, status, chosen, children, ...rest }: NodeButtonProps) {
  return (
    <button type="button" data-node={node.id} data-state={status} aria-pressed={chosen} {...rest}>
      {children}
    </button>
  );
}
