import { createHash, randomUUID } from "node:crypto";
import { webhookConfigSchema, type WebhookConfig } from "../../contracts/api/trigger.ts";
import { BatonError } from "../../engine/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../engine/json.ts";
import type { Vault } from "../../engine/ports/vault.ts";
import type { Log } from "../log.ts";
import type { RunRow } from "../runs/ports.ts";
import type { Evaluate } from "./evaluate.ts";
import { fireDelivery, type FireParts } from "./fire-delivery.ts";
import type { DeliveryRow, TriggerRow, Triggering } from "./ports.ts";
import { sealedOf, sealPlace } from "./token.ts";
import { signatureFault } from "./verify-signature.ts";

export interface WebhookRequest {
  header: (name: string) => string | undefined;
  query: Record<string, string>;
  bytes: Uint8Array;
  /** Parses the body; called only once its signature holds. */
  parse: () => Json;
}

export type ReceiveParts = Omit<FireParts, "deliveries" | "evaluate"> & { triggering: Triggering; vault: Vault };

export interface Received {
  config: WebhookConfig;
  runId: string;
  /** True when this event had come before: no second run was started. */
  repeated: boolean;
  /** The run, where it ended at once. */
  ended: RunRow | null;
}

/**
 * Takes a webhook request in: checks its signature over the bytes as they came, finds out whether the event is known, and starts
 * its run. @throws BatonError UNAUTHENTICATED, CONFLICT (paused), and what starting a run refuses
 */
export async function receiveWebhook(
  parts: ReceiveParts,
  trigger: TriggerRow,
  request: WebhookRequest,
): Promise<Received> {
  const config = webhookConfigSchema.parse(trigger.config);
  verify(parts, trigger, config, request);
  if (!trigger.enabled) {
    throw new BatonError("CONFLICT", "This webhook is paused. Whoever owns it can resume it in Baton.");
  }
  const body = request.parse();
  const payload: JsonObject = {
    body,
    headers: Object.fromEntries(config.headers.map((name) => [name, request.header(name) ?? null])),
    query: request.query,
  };
  const { deliveries, evaluate } = parts.triggering;
  const delivery = await deliveries.open({
    orgId: trigger.orgId,
    triggerId: trigger.id,
    key: await keyOf(evaluate, config, request, payload, parts.now()),
    payload,
    redeliveryOf: null,
  });
  const known = { config, runId: delivery.runId, repeated: true, ended: null };
  if (!isOwed(delivery)) return known;
  const fired = await fireDelivery({ ...parts, deliveries, evaluate }, trigger, delivery);
  return { ...known, repeated: false, ended: fired.outcome === "started" ? fired.run.ended : null };
}

/** A delivery that somebody else started, or is just starting, is answered and not started again. */
function isOwed(delivery: DeliveryRow): boolean {
  return delivery.status === "pending" && delivery.fresh;
}

/** @throws BatonError UNAUTHENTICATED; the fault is also counted on the trigger, for its owner to see */
function verify(parts: ReceiveParts, trigger: TriggerRow, config: WebhookConfig, request: WebhookRequest): void {
  const now = parts.now();
  const secrets = config.signature === "none" ? [] : secretsOf(parts.vault, trigger, now);
  const fault = signatureFault(config.signature, secrets, { header: request.header, body: request.bytes, now });
  if (fault === null) return;
  noteRefusal(parts.triggering, parts.log, trigger.id, fault);
  throw new BatonError("UNAUTHENTICATED", `The request was not let in: ${fault}.`);
}

function noteRefusal({ triggers }: Triggering, log: Log, id: string, fault: string): void {
  triggers
    .countRefusal(id, fault)
    .catch((error: unknown) => log.warn({ err: error, trigger: id }, "a refused request was not counted"));
}

function secretsOf(vault: Vault, trigger: TriggerRow, now: number): string[] {
  const { secretSealed, oldSecretSealed, oldSecretUntil } = trigger;
  const oldIsGood = oldSecretUntil !== null && Date.parse(oldSecretUntil) > now;
  const sealed = [secretSealed, oldIsGood ? oldSecretSealed : null].filter((one) => one !== null);
  return sealed.map((one) => vault.open(sealedOf(one), sealPlace(trigger.id)));
}

/** Where senders put the id of an event, unless the author says where. */
const idHeaders: Record<WebhookConfig["signature"], readonly string[]> = {
  // Signed with the body, so that a repeat cannot be given another name.
  standard: ["webhook-id"],
  stripe: [],
  github: ["x-github-delivery"],
  none: ["webhook-id", "idempotency-key", "x-event-id", "x-github-delivery"],
};

/** The event's id; without one, each request is an event of its own. */
async function keyOf(
  evaluate: Evaluate,
  config: WebhookConfig,
  request: WebhookRequest,
  scope: JsonObject,
  now: number,
): Promise<string> {
  const { eventId, signature } = config;
  const body = scope["body"];
  const named = eventId === null ? (idHeaders[signature].map(request.header).find(Boolean) ?? null) : null;
  const own = signature === "stripe" && isJsonObject(body) ? (body["id"] ?? null) : named;
  const id = eventId === null ? own : await evaluate(eventId, scope, { now, seed: `event-id ${randomUUID()}` });
  if (id === null || id === "") return `once ${randomUUID()}`;
  const text = typeof id === "string" ? id : JSON.stringify(id);
  return text.length <= 200 ? `id ${text}` : `hash ${createHash("sha256").update(text).digest("base64url")}`;
}
