import { randomUUID } from "node:crypto";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { StepQueue } from "../../engine/ports/step-queue.ts";
import { handsOutMarks } from "../../engine/run/callbacks.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import { forkJournal } from "../../engine/run/fork.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import { auditEntry } from "../audit.ts";
import { actorOf, userIdOf, type Caller } from "../auth/caller.ts";
import type { Log } from "../log.ts";
import { notFound } from "../not-found.ts";
import type { PlanCache } from "../workflows/plan-cache.ts";
import type { Admission } from "./admission.ts";
import { findRun } from "./get-run.ts";
import type { RunStore } from "./ports.ts";
import { checkSize, nudge } from "./start-run.ts";
import type { CallbackSigner } from "../triggers/callback-token.ts";

export interface ForkParts {
  runs: RunStore;
  plans: PlanCache;
  admission: Pick<Admission, "admit">;
  queue: Pick<StepQueue, "wake">;
  callbacks: Pick<CallbackSigner, "markKey">;
  now: () => number;
  log: Log;
}

/** Longer prefixes are not copied: a run of that length is started anew. */
const mostEvents = 20_000;
const pageEvents = 2_000;

/**
 * Starts a run that goes on from a moment of another one, with its input or another: what had ended there, and does not depend on a
 * changed input, is taken over and neither run nor paid again.
 */
export async function forkRun(
  parts: ForkParts,
  caller: Caller,
  sourceId: string,
  request: { at: number; input?: Json | undefined },
): Promise<{ id: string; status: RunStatus }> {
  const source = await findRun(parts.runs, caller, sourceId);
  if (request.at > source.lastSeq) {
    throw new BatonError("INPUT_INVALID", `The run has ${source.lastSeq} events, so there is no event ${request.at}.`, {
      details: { errors: [{ path: "/at", code: "range", message: `must be at most ${source.lastSeq}` }] },
    });
  }
  if (request.at > mostEvents) {
    throw new BatonError("JOURNAL_LIMIT", `A run is forked within its first ${mostEvents} events. Start a new run.`);
  }
  const { plan, checkInput } = await parts.plans.version(caller.orgId, source.workflowId, source.version);
  if (request.input !== undefined) {
    checkSize(request.input);
    checkInput(request.input);
  }
  await parts.admission.admit(caller.orgId);
  const [id, now] = [randomUUID(), Math.round(parts.now())];
  const callbackKey = handsOutMarks(plan) ? parts.callbacks.markKey(id) : undefined;
  const fork = { runId: sourceId, at: request.at, input: request.input, by: { ...actorOf(caller) }, callbackKey, now };
  const events = forkJournal(plan, await readPrefix(parts.runs, caller, sourceId, request.at), fork);
  const started = events.find(({ type }) => type === "run-started");
  const end = events.at(-1);
  const over = end?.type === "run-completed" ? { output: end.output, endedAt: end.at } : null;
  const { orgId } = caller;
  const run = await parts.runs.insert(
    {
      id,
      orgId,
      workflowId: source.workflowId,
      version: source.version,
      latest: false,
      input: request.input ?? source.input,
      priority: source.priority,
      trigger: { kind: "retry", forkOf: { id: sourceId, at: request.at } },
      createdBy: userIdOf(caller),
      idempotencyKey: null,
      events,
      // A run in the middle of its work is one that the sweep looks at, should nobody hear of it.
      ended:
        started === undefined
          ? null
          : {
              status: over === null ? "running" : "completed",
              output: over?.output ?? null,
              error: null,
              startedAt: started.at,
              endedAt: over?.endedAt ?? null,
            },
    },
    auditEntry(caller, "run-forked", { kind: "run", id }, { from: sourceId, at: request.at }),
  );
  if (run === null) throw notFound("workflow");
  if (over !== null) return { id, status: run.status };
  if (started !== undefined) {
    const due = Math.max(now + 1_000, started.at + plan.file.settings.timeoutMs);
    await parts.runs.armTimer(orgId, id, "run-timeout", due);
  }
  nudge(parts, id, source.priority, orgId);
  return { id, status: run.status };
}

async function readPrefix(runs: RunStore, caller: Caller, id: string, at: number): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  while (events.length < at) {
    const page = await runs.events(caller.orgId, id, events.length, Math.min(pageEvents, at - events.length));
    if (page.length === 0) break;
    events.push(...page);
  }
  return events;
}
