import { BatonError } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import type { RunMailbox } from "../../engine/ports/run-mailbox.ts";
import type { StepQueue } from "../../engine/ports/step-queue.ts";
import type { RunInput } from "../../engine/run/input.ts";
import { isRunEnded, type RunStatus } from "../../engine/run/status.ts";
import { auditEntry } from "../audit.ts";
import { actorOf, type Caller } from "../auth/caller.ts";
import type { Log } from "../log.ts";
import type { PlanCache } from "../workflows/plan-cache.ts";
import { findRun } from "./get-run.ts";
import type { RunRow, RunSignalKind, RunStore } from "./ports.ts";
import { checkSize, nudge } from "./start-run.ts";

export interface ControlParts {
  runs: RunStore;
  plans: PlanCache;
  mailbox: Pick<RunMailbox, "post">;
  queue: Pick<StepQueue, "wake">;
  log: Log;
}

export interface Accepted {
  id: string;
  status: RunStatus;
}

/** Asks a run to stop for good. A run that is cancelled already stays so; one that ended otherwise is a CONFLICT. */
export async function cancelRun(parts: ControlParts, caller: Caller, id: string, reason: string): Promise<Accepted> {
  const run = await findRun(parts.runs, caller, id);
  if (run.status === "cancelled") return { id, status: run.status };
  if (isRunEnded(run.status)) throw cannot("cancelled", run);
  return send(parts, caller, run, "cancel", { type: "cancel", by: actorOf(caller), reason });
}

/** Lets no new step begin until the run is resumed. */
export async function pauseRun(parts: ControlParts, caller: Caller, id: string): Promise<Accepted> {
  const run = await findRun(parts.runs, caller, id);
  if (run.status === "paused") return { id, status: run.status };
  if (isRunEnded(run.status)) throw cannot("paused", run);
  return send(parts, caller, run, "pause", { type: "pause", by: actorOf(caller) });
}

export async function resumeRun(parts: ControlParts, caller: Caller, id: string): Promise<Accepted> {
  const run = await findRun(parts.runs, caller, id);
  if (isRunEnded(run.status)) throw cannot("resumed", run);
  // A pause may still be on its way to the journal, so a run that goes on is asked as well: resuming it changes nothing.
  return send(parts, caller, run, "resume", { type: "resume", by: actorOf(caller) });
}

/** Continues a failed run at its failed steps, or from one node; what completed before is kept. */
export async function retryRun(
  parts: ControlParts,
  caller: Caller,
  id: string,
  from: string | undefined,
): Promise<Accepted> {
  const run = await findRun(parts.runs, caller, id);
  if (run.status !== "failed") throw cannot("retried", run);
  const { plan } = await parts.plans.version(caller.orgId, run.workflowId, run.version);
  if (plan.file.settings.onFailure === "rollback") {
    throw new BatonError("CONFLICT", "What this run had done was undone when it failed. Start a new run instead.");
  }
  if (from !== undefined) {
    if (!plan.nodes.has(from.split(".").at(-1) ?? "")) {
      throw new BatonError("INPUT_INVALID", `Version ${run.version} of this workflow has no node "${from}".`, {
        details: { errors: [{ path: "/from", code: "reference", message: "is not a node of this run's workflow" }] },
      });
    }
  }
  return send(parts, caller, run, "retry", { type: "retry", by: actorOf(caller), from: from ?? null });
}

/** Changes variables of a run under way, or what steps that have not ended get at their next attempt; the journal says who did. */
export async function changeRun(
  parts: ControlParts,
  caller: Caller,
  id: string,
  change: { variables: Record<string, Json>; inputs: Record<string, Json> },
): Promise<Accepted> {
  const run = await findRun(parts.runs, caller, id);
  if (isRunEnded(run.status)) throw cannot("changed", run);
  const { plan } = await parts.plans.version(caller.orgId, run.workflowId, run.version);
  const declared = plan.file.variables.map(({ name }) => name);
  const unknown = [
    ...Object.keys(change.variables).flatMap((name) =>
      declared.includes(name) ? [] : [{ path: `/variables/${name}`, message: "is not a variable of this workflow" }],
    ),
    ...Object.keys(change.inputs).flatMap((step) =>
      plan.nodes.get(step.split(".").at(-1) ?? "")?.behaviour === "effect"
        ? []
        : [{ path: `/inputs/${step}`, message: "is not a step whose input can be changed" }],
    ),
  ];
  if (unknown.length > 0) {
    const names = declared.length === 0 ? "It has none." : `It has ${declared.join(", ")}.`;
    throw new BatonError("INPUT_INVALID", `Some of these this workflow does not have. ${names}`, {
      details: { errors: unknown.map((each) => ({ ...each, code: "reference" })) },
    });
  }
  const { variables: vars, inputs } = change;
  checkSize({ vars, inputs });
  return send(parts, caller, run, "change", { type: "change", by: actorOf(caller), vars, inputs });
}

/** Writes the wish down, then announces it: what is lost on the way is found by the sweep, from the row. */
async function send(
  parts: ControlParts,
  caller: Caller,
  run: RunRow,
  kind: RunSignalKind,
  input: Extract<RunInput, { type: RunSignalKind }>,
): Promise<Accepted> {
  const { type: _kind, ...payload } = input;
  const signal = await parts.runs.signal(
    { orgId: caller.orgId, runId: run.id, kind, payload: payload as JsonObject },
    auditEntry(
      caller,
      `run-${kind}-requested`,
      { kind: "run", id: run.id },
      "reason" in input ? { reason: input.reason } : {},
    ),
  );
  announce(parts, { ...run, orgId: caller.orgId }, { input, signal });
  return { id: run.id, status: run.status };
}

/**
 * Puts a recorded signal into the run's mailbox and wakes a worker, without waiting for either: a failure costs the seconds
 * until the next sweep, and no request waits for a Redis that is away.
 */
export function announce(
  parts: { mailbox: Pick<RunMailbox, "post">; queue: Pick<StepQueue, "wake">; log: Log },
  run: { id: string; priority: number; orgId?: string },
  entry: { input: RunInput; signal: number },
): void {
  parts.mailbox.post(run.id, [{ id: `signal-${entry.signal}`, ...entry }]).then(
    () => nudge(parts, run.id, run.priority, run.orgId),
    (error: unknown) =>
      parts.log.warn(
        { err: error, runId: run.id, signal: entry.signal },
        "signal not announced; the sweep will find it",
      ),
  );
}

function cannot(done: string, run: RunRow): BatonError {
  const hint = done === "retried" ? "Only a failed run can be retried." : "Start a new run, or retry it if it failed.";
  return new BatonError("CONFLICT", `The run is ${run.status}, so it cannot be ${done}. ${hint}`, {
    details: { current: { id: run.id, status: run.status } },
  });
}
