import { z } from "zod";

export const runStatusSchema = z.enum(["queued", "running", "waiting", "paused", "completed", "failed", "cancelled"]);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const stepStatusSchema = z.enum([
  "pending",
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "skipped",
  "cancelled",
]);
export type StepStatus = z.infer<typeof stepStatusSchema>;

/** True once nothing can change the run any more, except a retry of a failed one. */
export function isRunEnded(status: RunStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** True once the step is decided for its frame: its edges are taken or skipped. */
export function isStepEnded(status: StepStatus): boolean {
  return status === "completed" || status === "failed" || status === "skipped" || status === "cancelled";
}
