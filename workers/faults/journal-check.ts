import type { RunEvent } from "../../engine/run/event.ts";
import { verifyJournal, type RunFacts } from "../../engine/run/verify.ts";
import type { Plan } from "../../engine/workflow/plan.ts";

/** Throws unless the journal of a run that is over proves that it was turned as promised. */
export function checkJournal(events: RunEvent[], plan: Plan | null = null, facts: RunFacts | null = null): void {
  const violations = verifyJournal("checked", events, { plan, facts, ended: true });
  if (violations.length === 0) return;
  const lines = violations.map(({ rule, seq, message }) => `${rule}${seq === null ? "" : ` at ${seq}`}: ${message}`);
  throw new Error(`The journal is broken:\n${lines.join("\n")}`);
}
