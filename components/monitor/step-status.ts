import type { RunView, StepView } from "../../engine/run/projection.ts";
import type { StatusName } from "../ui/status.tsx";

/** What a step's state is called where people read it: waiting is for a person, for a retry or for a time. */
export function stepStatus(step: StepView): StatusName {
  if (step.status !== "waiting") return step.status;
  if (step.retryAt !== null) return step.error?.code === "CIRCUIT_OPEN" ? "breaker-open" : "retrying";
  return step.approvalId === null ? "waiting" : "waiting-person";
}

/** The same for the run: it waits for a person as soon as one of its steps does. */
export function runStatus(view: Pick<RunView, "status" | "steps">): StatusName {
  if (view.status !== "waiting") return view.status;
  return view.steps.some((step) => stepStatus(step) === "waiting-person") ? "waiting-person" : "waiting";
}
