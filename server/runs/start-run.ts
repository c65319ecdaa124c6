import { createHash, randomUUID } from "node:crypto";
import { setImmediate as nextPhase } from "node:timers/promises";
import { runInputBytes } from "../../contracts/api/run.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import type { StepQueue } from "../../engine/ports/step-queue.ts";
import type { Run } from "../../contracts/api/run.ts";
import type { Broadcaster } from "../../engine/ports/broadcaster.ts";
import { handsOutMarks } from "../../engine/run/callbacks.ts";
import type { Actor, RunEvent } from "../../engine/run/event.ts";
import type { ImmediateRun } from "../../engine/run/immediate.ts";
import { projectRun, type RunView } from "../../engine/run/projection.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { auditEntry, type AuditEntry } from "../audit.ts";
import { actorOf, userIdOf, type Caller } from "../auth/caller.ts";
import type { Log } from "../log.ts";
import { notFound } from "../not-found.ts";
import type { PlanCache } from "../workflows/plan-cache.ts";
import type { Admission } from "./admission.ts";
import { endOf, rowOfEnded } from "./ended-run.ts";
import { answerOfEnded } from "./get-run.ts";
import type { NewRun, RunRow, RunStore } from "./ports.ts";
import type { AtOnce } from "./run-at-once.ts";
import type { CallbackSigner } from "../triggers/callback-token.ts";

export interface StartParts {
  runs: Pick<RunStore, "insert">;
  admission: Pick<Admission, "admit">;
  plans: PlanCache;
  atOnce: AtOnce;
  broadcaster: Pick<Broadcaster, "ended">;
  callbacks: Pick<CallbackSigner, "markKey">;
  now: () => number;
  queue: Pick<StepQueue, "wake">;
  log: Log;
}

export interface StartRequest {
  input: Json;
  version?: number | undefined;
  priority: number;
  idempotencyKey?: string | undefined;
  /** Whether the caller waits for the end. */
  waits: boolean;
}

export interface StartedRun {
  id: string;
  status: RunStatus;
  /** Its row as it ended, when it only computed and so ended before it was stored. */
  ended: RunRow | null;
  /** The same with its steps, for who waits. */
  finished: Run | null;
}

/** A run to be started, whoever starts it: a caller, or a trigger. */
export interface Start {
  id: string;
  orgId: string;
  workflowId: string;
  /** The published one when undefined. */
  version: number | undefined;
  input: Json;
  priority: number;
  kind: Extract<RunEvent, { type: "run-queued" }>["trigger"];
  by: Actor;
  /** What a list shows of how it was started, beside kind and starter. */
  trigger: JsonObject;
  createdBy: string | null;
  idempotencyKey: string | null;
  audit: (version: number) => AuditEntry;
  /** Whether its steps are asked for, should it end at once. */
  withSteps: boolean;
}

/**
 * Starts a run for a caller: it is durable when this returns, whether or not Redis could be told of it.
 * @throws BatonError NOT_FOUND, CONFLICT (nothing is published), INPUT_INVALID with JSON pointers, VALUE_TOO_LARGE
 */
export async function startRun(
  parts: StartParts,
  caller: Caller,
  workflowId: string,
  request: StartRequest,
): Promise<StartedRun> {
  const { input, version, priority, idempotencyKey } = request;
  const id = randomUUID();
  return startAs(parts, {
    id,
    orgId: caller.orgId,
    workflowId,
    version,
    input,
    priority,
    kind: caller.kind === "user" ? "manual" : "api",
    by: { ...actorOf(caller) },
    trigger: {},
    createdBy: userIdOf(caller),
    idempotencyKey: idempotencyKey === undefined ? null : keyOf(workflowId, idempotencyKey, request),
    audit: (version) => auditEntry(caller, "run-started", { kind: "run", id }, { workflowId, version }),
    withSteps: request.waits,
  });
}

/** Starts a run for whoever `start` names. @throws BatonError like `startRun` */
export async function startAs(parts: StartParts, start: Start): Promise<StartedRun> {
  checkSize(start.input);
  await parts.admission.admit(start.orgId);
  const started = await attempt(parts, start);
  if (started !== null) return started;
  // Gone, or another version was published since it was remembered which one is.
  parts.plans.forgetPublished(start.orgId, start.workflowId);
  const again = await attempt(parts, start);
  if (again === null) throw notFound("workflow");
  return again;
}

/** Null when nothing was stored, because the workflow is not as it was remembered. */
async function attempt(parts: StartParts, start: Start): Promise<StartedRun | null> {
  const { id, orgId, workflowId, input, priority, kind, by } = start;
  const version = start.version ?? (await parts.plans.published(orgId, workflowId));
  if (version === null) {
    throw new BatonError("CONFLICT", "No version of this workflow is published yet. Publish its draft, then run it.");
  }
  const { plan, checkInput } = await parts.plans.version(orgId, workflowId, version);
  checkInput(input);

  const at = parts.now();
  const key = handsOutMarks(plan) ? { callbackKey: parts.callbacks.markKey(id) } : {};
  const queued: RunEvent = { type: "run-queued", input, workflowId, version, by, trigger: kind, ...key, seq: 1, at };
  const whole = await parts.atOnce.run(plan, id, queued);
  const run: NewRun = {
    id,
    orgId,
    workflowId,
    version,
    latest: start.version === undefined,
    input,
    priority,
    trigger: { kind, by: { ...by }, ...start.trigger },
    createdBy: start.createdBy,
    idempotencyKey: start.idempotencyKey,
    events: whole?.events ?? [queued],
    ended: whole === null ? null : endOf(whole),
  };
  const [stored, view] = await Promise.all([
    parts.runs.insert(run, start.audit(version)),
    whole !== null && start.withSteps ? viewMeanwhile(plan, id, whole) : null,
  ]);
  if (stored === null) return null;
  const { status, workflowName } = stored;
  const isOurs = stored.id === id;
  if (whole === null || !isOurs) {
    if (isOurs) nudge(parts, id, priority, orgId);
    return { id: stored.id, status, ended: null, finished: null };
  }
  parts.broadcaster.ended({ runId: id, orgId, workflowId }, whole.events.length, status);
  const ended = rowOfEnded(run, workflowName, whole);
  // To who does not wait, it was queued like any other.
  return { id, status: "queued", ended, finished: view === null ? null : answerOfEnded(ended, view) };
}

/** The run's steps, put together once it is on its way to the database and nothing else is to be done for it. */
async function viewMeanwhile(plan: Plan, id: string, { events }: ImmediateRun): Promise<RunView> {
  await nextPhase();
  return projectRun(plan, id, events);
}

/**
 * The run's own mark of an idempotent start, which outlives a crash between storing the run and keeping the answer. It holds the
 * whole request, so that the same key used elsewhere, or again after its day, never finds another request's run.
 */
function keyOf(workflowId: string, key: string, request: StartRequest): string {
  const whole = JSON.stringify([workflowId, key, request.version ?? null, request.priority, request.input]);
  return createHash("sha256").update(whole).digest("base64url");
}

/** @throws BatonError VALUE_TOO_LARGE */
export function checkSize(input: Json): void {
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes <= runInputBytes) return;
  throw new BatonError(
    "VALUE_TOO_LARGE",
    `The input has ${bytes} bytes; ${runInputBytes} (256 KiB) are allowed. Send a reference to the data instead.`,
  );
}

/**
 * Nudges a worker, without waiting for it: the run stands in the database, so the answer need not depend on Redis. When the
 * nudge is lost, the sweep finds the run seconds later.
 */
export function nudge(
  parts: { queue: Pick<StepQueue, "wake">; log: Log },
  runId: string,
  priority: number,
  orgId?: string,
): void {
  parts.queue
    .wake(runId, priority, orgId)
    .catch((error: unknown) => parts.log.warn({ err: error, runId }, "run not announced; the sweep will find it"));
}
