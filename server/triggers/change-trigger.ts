import type { ChangeTrigger, MadeTrigger, Trigger } from "../../contracts/api/trigger.ts";
import { BatonError } from "../../engine/errors.ts";
import { auditEntry } from "../audit.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { checkConfig, checkVersion, nextFire } from "./check-trigger.ts";
import type { TriggerParts } from "./create-trigger.ts";
import type { TriggerChange, TriggerRow, TriggerStore } from "./ports.ts";
import { hookUrl, showTrigger } from "./show-trigger.ts";
import { makeSigningSecret, makeToken, sealedText, sealPlace } from "./token.ts";

/** @throws BatonError NOT_FOUND */
export async function findTrigger(store: Pick<TriggerStore, "get">, caller: Caller, id: string): Promise<TriggerRow> {
  const row = await store.get(caller.orgId, id);
  if (row === null) throw notFound("trigger");
  return row;
}

/**
 * Changes a trigger. A schedule that is changed or resumed waits for its next moment from now on: what fell into the pause is
 * not caught up. @throws BatonError NOT_FOUND, INPUT_INVALID with the field
 */
export async function changeTrigger(
  parts: TriggerParts,
  caller: Caller,
  id: string,
  request: ChangeTrigger,
): Promise<Trigger> {
  const { triggering } = parts;
  const row = await findTrigger(triggering.triggers, caller, id);
  const config = request.config === undefined ? undefined : checkConfig(triggering.cron, row.kind, request.config);
  if (config !== undefined && row.kind === "webhook" && config["signature"] !== "none" && row.secretSealed === null) {
    throw new BatonError("CONFLICT", "This webhook has no secret yet. Rotate its secret, then ask for signatures.");
  }
  await checkVersion(parts.workflows, caller.orgId, row.workflowId, request.version);
  const change: TriggerChange = { ...request, config };
  if (row.kind === "event" && config !== undefined) change.eventName = String(config["event"]);
  const enabled = request.enabled ?? row.enabled;
  if (row.kind === "schedule" && (config !== undefined || enabled !== row.enabled)) {
    change.nextFireAt = await nextFire(triggering, row.kind, enabled, config ?? row.config);
  }
  return save(parts, caller, row, change, "trigger-changed");
}

/**
 * Gives a webhook another secret (the one before stays good for a while), or a webhook or form another address (the one
 * before ends at once). @throws BatonError NOT_FOUND, CONFLICT for kinds that have none
 */
export async function rotateTrigger(
  parts: TriggerParts & { now: () => number },
  caller: Caller,
  id: string,
  request: { what: "secret" | "address"; graceMinutes: number; secret?: string | undefined },
): Promise<MadeTrigger> {
  const { triggering, vault, publicUrl } = parts;
  const row = await findTrigger(triggering.triggers, caller, id);
  if (request.what === "secret") {
    if (row.kind !== "webhook") throw new BatonError("CONFLICT", `A ${row.kind} trigger has no secret.`);
    const secret = request.secret ?? makeSigningSecret();
    const keepsOld = row.secretSealed !== null && request.graceMinutes > 0;
    const change: TriggerChange = {
      secret: {
        sealed: sealedText(vault.seal(secret, sealPlace(id))),
        oldSealed: keepsOld ? row.secretSealed : null,
        oldUntil: keepsOld ? parts.now() + request.graceMinutes * 60_000 : null,
      },
    };
    return { trigger: await save(parts, caller, row, change, "trigger-secret-rotated"), url: null, secret };
  }
  if (row.kind !== "webhook" && row.kind !== "form") {
    throw new BatonError("CONFLICT", `A ${row.kind} trigger has no address.`);
  }
  const token = makeToken();
  const shown = row.kind === "form" ? token.token : null;
  const trigger = await save(parts, caller, row, { token: { ...token, shown } }, "trigger-address-rotated");
  return { trigger, url: trigger.url ?? hookUrl(publicUrl, token.token), secret: null };
}

/** Ends a trigger with its deliveries; the runs it started stay. @throws BatonError NOT_FOUND */
export async function removeTrigger(
  parts: Pick<TriggerParts, "triggering" | "publicUrl">,
  caller: Caller,
  id: string,
): Promise<Trigger> {
  const { triggers } = parts.triggering;
  const row = await findTrigger(triggers, caller, id);
  const audit = auditEntry(caller, "trigger-deleted", { kind: "trigger", id }, { kind: row.kind, name: row.name });
  if (!(await triggers.remove(caller.orgId, id, audit))) throw notFound("trigger");
  return showTrigger(row, parts.publicUrl);
}

async function save(
  parts: Pick<TriggerParts, "triggering" | "publicUrl">,
  caller: Caller,
  { id }: TriggerRow,
  change: TriggerChange,
  action: string,
): Promise<Trigger> {
  const { name, enabled } = change;
  const details = { ...(name === undefined ? {} : { name }), ...(enabled === undefined ? {} : { enabled }) };
  const audit = auditEntry(caller, action, { kind: "trigger", id }, details);
  const saved = await parts.triggering.triggers.change(caller.orgId, id, change, audit);
  if (saved === null) throw notFound("trigger");
  return showTrigger(saved, parts.publicUrl);
}
