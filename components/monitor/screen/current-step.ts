import type { RunView, StepView } from "../../../engine/run/projection.ts";

/** Until a person chooses: what failed, else what waits for somebody, else what works or will next, else the last. */
export function defaultStep({ steps, errorStep }: Pick<RunView, "steps" | "errorStep">): StepView | null {
  return (
    steps.find((step) => step.step === errorStep) ??
    steps.find((step) => step.approvalId !== null && step.status === "waiting") ??
    steps.find((step) => step.status === "running" && step.progress === null) ??
    steps.find((step) => step.progress === null && (step.status === "waiting" || step.status === "queued")) ??
    steps.findLast((step) => step.output !== null) ??
    steps[0] ??
    null
  );
}
