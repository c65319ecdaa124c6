import type { RunView, StepView } from "../../../engine/run/projection.ts";

/** Until a person chooses: what failed or was stopped with the run, else what waits for somebody, else what works or will next, else the last. */
export function defaultStep({
  status,
  steps,
  errorStep,
}: Pick<RunView, "status" | "steps" | "errorStep">): StepView | null {
  return (
    steps.find((step) => step.step === errorStep) ??
    steps.find((step) => step.approvalId !== null && step.status === "waiting") ??
    steps.find((step) => step.status === "running" && step.progress === null) ??
    steps.find((step) => step.progress === null && (step.status === "waiting" || step.status === "queued")) ??
    (status === "cancelled" ? steps.findLast((step) => step.status === "cancelled" && step.progress === null) : null) ??
    steps.findLast((step) => step.output !== null) ??
    steps[0] ??
    null
  );
}
