import { createHash, randomUUID } from "node:crypto";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { StepQueue } from "../../engine/ports/step-queue.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import { auditEntry } from "../audit.ts";
import { actorOf, userIdOf, type Caller } from "../auth/caller.ts";
import type { Log } from "../log.ts";
import { notFound } from "../not-found.ts";
import type { WorkflowStore } from "../workflows/ports.ts";
import type { PlanCache } from "../workflows/plan-cache.ts";
import type { RunStore } from "./ports.ts";

/** Largest input that travels inline, in bytes. */
export const inputBytes = 256 * 1024;

export interface StartParts {
  runs: RunStore;
  workflows: Pick<WorkflowStore, "published">;
  plans: PlanCache;
  queue: Pick<StepQueue, "wake">;
  log: Log;
}

export interface StartRequest {
  input: Json;
  version?: number | undefined;
  priority: number;
  idempotencyKey?: string | undefined;
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
): Promise<{ id: string; status: RunStatus }> {
  const workflow = await parts.workflows.published(caller.orgId, workflowId);
  if (workflow === null) throw notFound("workflow");
  const version = request.version ?? workflow.version;
  if (version === null) {
    throw new BatonError("CONFLICT", "No version of this workflow is published yet. Publish its draft, then run it.");
  }
  const { checkInput } = await parts.plans.version(caller.orgId, workflowId, version);
  checkSize(request.input);
  checkInput(request.input);

  const id = randomUUID();
  const trigger = caller.kind === "user" ? "manual" : "api";
  const run = await parts.runs.insert(
    {
      id,
      orgId: caller.orgId,
      workflowId,
      version,
      workflowName: workflow.name,
      input: request.input,
      priority: request.priority,
      trigger: { kind: trigger, by: { ...actorOf(caller) } },
      createdBy: userIdOf(caller),
      idempotencyKey: request.idempotencyKey === undefined ? null : keyOf(workflowId, request.idempotencyKey, request),
      event: { type: "run-queued", input: request.input, workflowId, version, by: { ...actorOf(caller) }, trigger },
    },
    auditEntry(caller, "run-started", { kind: "run", id }, { workflowId, version }),
  );
  if (run === null) throw notFound("workflow");
  nudge(parts, run.id, request.priority);
  return run;
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
