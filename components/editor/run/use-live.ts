"use client";

import { useStore } from "zustand";
import { textKey } from "../../monitor/run-store.ts";
import type { NodeRun } from "../../monitor/screen/graph-state.ts";
import { stepStatus } from "../../monitor/step-status.ts";
import type { StatusName } from "../../ui/status.tsx";
import { useEditor } from "../editor-context.tsx";
import type { WorkflowNode } from "../../../engine/workflow/file.ts";
import { isStale, type LiveRun, type SampleRun } from "./editor-runs.ts";

/** A part of the run that is shown on the drawing; draws again when that part changes. */
export function useLive<Part>(select: (live: LiveRun) => Part): Part {
  return useStore(useEditor().runs.live, select);
}

/** The last run of this workflow, for previews; null where there is none. */
export function useLastRun(): SampleRun | null {
  return useStore(useEditor().runs.last, (state) => state.run);
}

/** What the shown run says of a node; null where no run is shown, or not of this node. */
export function useNodeLive(id: string): { run: NodeRun; status: StatusName } | null {
  const run = useLive(({ graph }) => graph.nodes.get(id) ?? null);
  return run === null ? null : { run, status: run.step === null ? "pending" : stepStatus(run.step) };
}

/** True when the step was changed since the run that is shown. */
export function useStaleNode(node: WorkflowNode): boolean {
  return useLive(({ run }) => run !== null && isStale(run, node));
}

/** What a step is writing right now; null when it writes nothing. */
export function useStreamed(run: NodeRun | null | undefined): string | null {
  const step = run?.step ?? null;
  return useLive(({ texts }) =>
    step === null || step.status !== "running" ? null : (texts.get(textKey(step.step, step.attempt)) ?? null),
  );
}
