import { createHash, randomUUID } from "node:crypto";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { StepQueue } from "../../engine/ports/step-queue.ts";
import type { Run } from "../../contracts/api/run.ts";
import type { Broadcaster } from "../../engine/ports/broadcaster.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import { auditEntry } from "../audit.ts";
import { actorOf, userIdOf, type Caller } from "../auth/caller.ts";
import type { Log } from "../log.ts";
import { notFound } from "../not-found.ts";
import type { PlanCache } from "../workflows/plan-cache.ts";
import { endOf, rowOfEnded } from "./ended-run.ts";
import { viewRun } from "./get-run.ts";
import type { NewRun, RunStore } from "./ports.ts";
import type { AtOnce } from "./run-at-once.ts";

/** Largest input that travels inline, in bytes. */
export const inputBytes = 256 * 1024;

export interface StartParts {
  runs: RunStore;
  plans: PlanCache;
  atOnce: AtOnce;
  broadcaster: Pick<Broadcaster, "events">;
  now: () => number;
  queue: Pick<StepQueue, "wake">;
  log: Log;
}

export interface StartRequest {
  input: Json;
  version?: number | undefined;
  priority: number;
  idempotencyKey?: string | undefined;
}

export interface StartedRun {
  id: string;
  status: RunStatus;
  /** The run as it ended, when it only computed and so ended before it was stored. */
  finished: (() => Run) | null;
}

/**
 * Starts a run: it is durable when this returns, whether or not Redis could be told of it.
 * @throws BatonError NOT_FOUND, CONFLICT (nothing is published), INPUT_INVALID with JSON pointers, VALUE_TOO_LARGE
 */
export async function startRun(
  parts: StartParts,
  caller: Caller,
  workflowId: string,
  request: StartRequest,
): Promise<StartedRun> {
  checkSize(request.input);
  const started = await attempt(parts, caller, workflowId, request);
  if (started !== null) return started;
  // Gone, or another version was published since it was remembered which one is.
  parts.plans.forgetPublished(caller.orgId, workflowId);
  const again = await attempt(parts, caller, workflowId, request);
  if (again === null) throw notFound("workflow");
  return again;
}

/** Null when nothing was stored, because the workflow is not as it was remembered. */
async function attempt(
  parts: StartParts,
  caller: Caller,
  workflowId: string,
  request: StartRequest,
): Promise<StartedRun | null> {
  const version = request.version ?? (await parts.plans.published(caller.orgId, workflowId));
  if (version === null) {
    throw new BatonError("CONFLICT", "No version of this workflow is published yet. Publish its draft, then run it.");
  }
  const { plan, checkInput } = await parts.plans.version(caller.orgId, workflowId, version);
  checkInput(request.input);

  const id = randomUUID();
  const trigger = caller.kind === "user" ? "manual" : "api";
  const by = { ...actorOf(caller) };
  const queued: RunEvent = {
    type: "run-queued",
    input: request.input,
    workflowId,
    version,
    by,
    trigger,
    seq: 1,
    at: parts.now(),
  };
  const whole = await parts.atOnce.run(plan, id, queued);
  const run: NewRun = {
    id,
    orgId: caller.orgId,
    workflowId,
    version,
    latest: request.version === undefined,
    input: request.input,
    priority: request.priority,
    trigger: { kind: trigger, by },
    createdBy: userIdOf(caller),
    idempotencyKey: request.idempotencyKey === undefined ? null : keyOf(workflowId, request.idempotencyKey, request),
    events: whole?.events ?? [queued],
    ended: whole === null ? null : endOf(whole),
  };
  const stored = await parts.runs.insert(
    run,
    auditEntry(caller, "run-started", { kind: "run", id }, { workflowId, version }),
  );
  if (stored === null) return null;
  const { status, workflowName } = stored;
  const isOurs = stored.id === id;
  if (whole === null || !isOurs) {
    if (isOurs) nudge(parts, id, request.priority);
    return { id: stored.id, status, finished: null };
  }
  parts.broadcaster.events({ runId: id, orgId: run.orgId, workflowId }, [...whole.events], status);
  // To who does not wait, it was queued like any other.
  return { id, status: "queued", finished: () => viewRun(plan, rowOfEnded(run, workflowName, whole), whole.events) };
}

/**
 * The run's own mark of an idempotent start, which outlives a crash between storing the run and keeping the answer. It holds the
 * whole request, so that the same key used elsewhere, or again after its day, never finds another request's run.
 */
function keyOf(workflowId: string, key: string, request: StartRequest): string {
  const whole = JSON.stringify([workflowId, key, request.version ?? null, request.priority, request.input]);
  return createHash("sha256").update(whole).digest("base64url");
}

function checkSize(input: Json): void {
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes <= inputBytes) return;
  throw new BatonError(
    "VALUE_TOO_LARGE",
    `The input has ${bytes} bytes; ${inputBytes} (256 KiB) are allowed. Send a reference to the data instead.`,
  );
}

/**
 * Nudges a worker, without waiting for it: the run stands in the database, so the answer need not depend on Redis. When the
 * nudge is lost, the sweep finds the run seconds later.
 */
export function nudge(parts: { queue: Pick<StepQueue, "wake">; log: Log }, runId: string, priority: number): void {
  parts.queue
    .wake(runId, priority)
    .catch((error: unknown) => parts.log.warn({ err: error, runId }, "run not announced; the sweep will find it"));
}
