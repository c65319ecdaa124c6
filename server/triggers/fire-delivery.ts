import { BatonError, toErrorRecord } from "../../engine/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../engine/json.ts";
import type { TriggerKind } from "../../contracts/api/trigger.ts";
import type { AuditEntry } from "../audit.ts";
import { startAs, type StartedRun, type StartParts } from "../runs/start-run.ts";
import type { Evaluate } from "./evaluate.ts";
import type { DeliveryRow, DeliveryStore } from "./ports.ts";

/** What starting a run asks of a trigger. */
export interface Firing {
  id: string;
  orgId: string;
  workflowId: string;
  workflowName: string;
  kind: TriggerKind;
  name: string;
  version: number | null;
  config: JsonObject;
}

export interface FireParts extends StartParts {
  deliveries: Pick<DeliveryStore, "close" | "postpone">;
  evaluate: Evaluate;
}

export type Fired = { outcome: "started"; run: StartedRun } | { outcome: "filtered" };

/** A failure that is not the trigger's fault is tried again after these, then given up. */
const delaysMs = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];

/**
 * Starts the run that a delivery is owed, or finds that it is owed none. The run carries the delivery's name as its key, so a
 * second attempt, here or elsewhere, finds the first one's run.
 * @throws BatonError what refused it, after that was written down; what may pass by itself, after it was put off
 */
export async function fireDelivery(parts: FireParts, trigger: Firing, delivery: DeliveryRow): Promise<Fired> {
  try {
    const result = await attempt(parts, trigger, delivery);
    const closing = parts.deliveries.close(delivery.id, { status: result.outcome, error: null });
    // Not waited for: what is lost here is done again, and finds the same run.
    closing.catch((error: unknown) => parts.log.warn({ err: error, delivery: delivery.id }, "a delivery stays open"));
    return result;
  } catch (error) {
    const record = toErrorRecord(error, "INTERNAL");
    const delay = delaysMs[delivery.attempts];
    if (isRefusal(error) || isSentAgain(delivery, error) || delay === undefined) {
      await parts.deliveries.close(delivery.id, { status: "refused", error: record });
    } else {
      await parts.deliveries.postpone(delivery.id, record, delay);
    }
    throw error;
  }
}

/** True for what stays wrong however often it is tried: the author has to mend it. */
function isRefusal(error: unknown): boolean {
  return error instanceof BatonError && !error.retryable && error.code !== "INTERNAL";
}

/** True where the sender hears to come again and what it sends then has no id by which it would be known: it must not run twice. */
function isSentAgain({ key, attempts }: DeliveryRow, error: unknown): boolean {
  return key.startsWith("once ") && attempts === 0 && error instanceof BatonError && error.code === "RUN_QUEUE_FULL";
}

async function attempt(parts: FireParts, trigger: Firing, delivery: DeliveryRow): Promise<Fired> {
  const at = { now: parts.now(), seed: delivery.id };
  const scope = scopeOf(trigger, delivery);
  const filter = trigger.config["filter"];
  if (typeof filter === "string" && !isTrue(await parts.evaluate(filter, scope, at))) return { outcome: "filtered" };

  const input = await inputOf(parts.evaluate, trigger, scope, at);
  const run = await startAs(parts, {
    id: delivery.runId,
    orgId: trigger.orgId,
    workflowId: trigger.workflowId,
    version: trigger.version ?? undefined,
    input,
    priority: 0,
    kind: trigger.kind,
    by: { kind: "system", id: trigger.id, label: labelOf(trigger) },
    trigger: { triggerId: trigger.id, deliveryId: delivery.id, key: delivery.key, ...depthOf(delivery) },
    createdBy: null,
    idempotencyKey: `trigger:${delivery.id}`,
    audit: (version) => startAudit(trigger, delivery, version),
    withSteps: false,
  });
  return { outcome: "started", run };
}

/** How many events led to this run: the bus counts on, and ends a circle. */
function depthOf({ payload }: DeliveryRow): { eventDepth?: number } {
  const event = payload["event"];
  return isJsonObject(event) && typeof event["depth"] === "number" ? { eventDepth: event["depth"] } : {};
}

function isTrue(value: Json): boolean {
  return Boolean(value);
}

/** The names that a trigger's expressions read. */
export const scopeRoots: Record<TriggerKind, readonly string[]> = {
  webhook: ["body", "headers", "query"],
  schedule: ["schedule"],
  event: ["event"],
  form: ["input"],
};

function scopeOf(trigger: Firing, { payload }: DeliveryRow): JsonObject {
  return trigger.kind === "schedule" ? { schedule: { ...payload, name: trigger.name } } : payload;
}

/** The mapped input; where there is no mapping, what came as it is. */
async function inputOf(
  evaluate: Evaluate,
  trigger: Firing,
  scope: JsonObject,
  at: { now: number; seed: string },
): Promise<Json> {
  const mapping = trigger.config["input"] ?? null;
  if (mapping !== null) return evaluate(mapping, scope, at);
  switch (trigger.kind) {
    case "webhook":
      return scope["body"] ?? {};
    case "event":
      return isJsonObject(scope["event"]) ? (scope["event"]["payload"] ?? {}) : {};
    case "form":
      return scope["input"] ?? {};
    case "schedule":
      return {};
  }
}

const kindWords: Record<TriggerKind, string> = {
  webhook: "Webhook",
  schedule: "Schedule",
  event: "Event",
  form: "Form",
};

function labelOf(trigger: Firing): string {
  return `${kindWords[trigger.kind]} “${trigger.name}”`;
}

function startAudit(trigger: Firing, delivery: DeliveryRow, version: number): AuditEntry {
  return {
    orgId: trigger.orgId,
    actorKind: "system",
    actorId: null,
    actorLabel: labelOf(trigger),
    action: "run-started",
    targetKind: "run",
    targetId: delivery.runId,
    ip: null,
    userAgent: null,
    details: { workflowId: trigger.workflowId, version, triggerId: trigger.id, deliveryId: delivery.id },
  };
}
