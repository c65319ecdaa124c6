"use client";

import Link from "next/link";
import type { WorkflowNode } from "../../../engine/workflow/file.ts";
import { ErrorState } from "../../ui/error-state.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { Status } from "../../ui/status.tsx";
import { ArtifactsOfRun } from "../../monitor/artifact-view.tsx";
import { ValueView } from "../../monitor/value-view.tsx";
import { outputShape } from "../expression/output-shape.ts";
import { useLastRun, useLive, useNodeLive, useStreamed } from "../run/use-live.ts";

/** What the step gives or gave in the last run, or what it will give as far as its settings tell. */
export function OutputPanel({ node }: { node: WorkflowNode }) {
  const run = useLastRun();
  const live = useNodeLive(node.id);
  const shown = useLive((state) => (live === null ? null : state.run));
  const streamed = useStreamed(live?.run);
  const steps = run?.steps.filter((step) => step.node === node.id) ?? [];
  const last = live?.run.step ?? steps.at(-1);
  const shape = outputShape(node);
  if (last === undefined || (last.status === "pending" && live === null)) {
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
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Status name={live?.status ?? (last.status === "waiting" ? "waiting" : last.status)} />
        {run !== null && (
          <Link href={`/runs/${run.id}`} className="text-xs text-accent-text hover:underline">
            Run <RelativeTime at={run.createdAt} />
          </Link>
        )}
        {steps.length > 1 && <span className="figures text-subtle">the last of {steps.length}</span>}
      </div>
      {last.error !== null && <ErrorState title="It failed" description={last.error.message} />}
      {streamed !== null && (
        <p data-streaming className="text-sm break-words whitespace-pre-wrap" dir="auto">
          {streamed}
          <span aria-hidden className="ml-0.5 inline-block h-3.5 w-1.5 translate-y-0.5 animate-pulse bg-running" />
        </p>
      )}
      {last.status === "completed" && (
        <ArtifactsOfRun run={shown?.id ?? run?.id ?? null}>
          <ValueView value={last.output} label="the output" />
        </ArtifactsOfRun>
      )}
    </div>
  );
}
