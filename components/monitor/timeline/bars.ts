import type { StepView } from "../../../engine/run/projection.ts";
import { isStepEnded } from "../../../engine/run/status.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import type { TimeSpan } from "./time-map.ts";

/** A part of a step's bar: it waited, stood in the queue, or worked at one attempt. */
export interface BarPart extends TimeSpan {
  kind: "queued" | "waiting" | "working" | "failed" | "holding";
  /** True while it goes on. */
  open: boolean;
  attempt: number | null;
}

/** What a step did when, in order. `now` ends what goes on. Empty for what never began. */
export function barParts(plan: Plan, step: StepView, now: number): BarPart[] {
  if (step.startedAt === null || step.status === "skipped") return [];
  const open = !isStepEnded(step.status);
  const end = Math.max(step.endedAt ?? now, step.startedAt);
  const behaviour = plan.nodes.get(step.node)?.behaviour;
  const whole = { from: step.startedAt, to: end, open, attempt: null };
  if (plan.scopes.has(step.node)) return [{ ...whole, kind: "holding" }];
  if (behaviour === "approval" || behaviour === "wait") return [{ ...whole, kind: "waiting" }];
  if (step.attempts.length === 0) return [{ ...whole, kind: step.status === "failed" ? "failed" : "working" }];
  const parts: BarPart[] = [];
  let until = Math.min(step.queuedAt ?? step.startedAt, step.startedAt);
  for (const [index, { attempt, startedAt, endedAt, error }] of step.attempts.entries()) {
    // Before the first attempt it stood in the queue; between two it waited for the next.
    if (startedAt > until) {
      parts.push({ kind: index === 0 ? "queued" : "waiting", from: until, to: startedAt, open: false, attempt: null });
    }
    const cut = endedAt === null && open && index === step.attempts.length - 1;
    const to = endedAt ?? (cut ? now : (step.attempts[index + 1]?.startedAt ?? end));
    parts.push({ kind: error === null ? "working" : "failed", from: startedAt, to, open: cut, attempt });
    until = to;
  }
  if (open && step.status !== "running" && end > until) {
    parts.push({
      kind: step.status === "queued" ? "queued" : "waiting",
      from: until,
      to: end,
      open: true,
      attempt: null,
    });
  }
  return parts;
}
