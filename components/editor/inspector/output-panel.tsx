"use client";

import Link from "next/link";
import { useStore } from "zustand";
import type { WorkflowNode } from "../../../engine/workflow/file.ts";
import { JsonView } from "../../ui/json-view.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { Status, type StatusName } from "../../ui/status.tsx";
import { useEditor } from "../editor-context.tsx";
import { outputShape } from "../expression/output-shape.ts";

/** What the step gave in the last run, or what it will give as far as its settings tell. */
export function OutputPanel({ node }: { node: WorkflowNode }) {
  const { lastRun } = useEditor();
  const run = useStore(lastRun, (state) => state.run);
  const steps = run?.steps.filter((step) => step.node === node.id) ?? [];
  const last = steps.at(-1);
  const shape = outputShape(node);
  if (run === null || last === undefined) {
    return (
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <p className="text-xs text-pretty text-subtle">
          {run === null
            ? "This workflow has not been run yet. After a run, what the step gave stands here."
            : "The last run did not come to this step."}
        </p>
        {shape !== null && (
          <>
            <p className="text-xs font-medium">It will give</p>
            <JsonView value={shape} label="the shape of the output" />
          </>
        )}
      </div>
    );
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Status name={statusOf(last.status)} />
        <Link href={`/runs/${run.id}`} className="text-xs text-accent-text hover:underline">
          Last run, <RelativeTime at={run.createdAt} />
        </Link>
        {steps.length > 1 && <span className="figures text-subtle">the last of {steps.length}</span>}
      </div>
      {last.error !== null && <p className="text-xs break-words text-failed">{last.error.message}</p>}
      <JsonView value={last.output} label="the output" />
      {last.input !== null && (
        <>
          <p className="text-xs font-medium">It was given</p>
          <JsonView value={last.input} label="the input" open={1} />
        </>
      )}
    </div>
  );
}

function statusOf(status: string): StatusName {
  switch (status) {
    case "queued":
    case "running":
    case "waiting":
    case "completed":
    case "failed":
    case "skipped":
    case "cancelled":
      return status;
    default:
      return "pending";
  }
}
