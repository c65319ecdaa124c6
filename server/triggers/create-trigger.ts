import { randomUUID } from "node:crypto";
import type { CreateTrigger, MadeTrigger } from "../../contracts/api/trigger.ts";
import type { JsonObject } from "../../engine/json.ts";
import type { Vault } from "../../engine/ports/vault.ts";
import { auditEntry } from "../audit.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import type { WorkflowStore } from "../workflows/ports.ts";
import { checkConfig, checkVersion, nextFire } from "./check-trigger.ts";
import type { Triggering } from "./ports.ts";
import { hookUrl, showTrigger } from "./show-trigger.ts";
import { makeSigningSecret, makeToken, sealedText, sealPlace } from "./token.ts";

export interface TriggerParts {
  triggering: Triggering;
  workflows: Pick<WorkflowStore, "definition">;
  vault: Vault;
  publicUrl: string;
}

/**
 * Makes a trigger. A webhook's address and its secret are in this answer and nowhere else.
 * @throws BatonError NOT_FOUND for the workflow, INPUT_INVALID with the field
 */
export async function createTrigger(
  parts: TriggerParts,
  caller: Caller,
  workflowId: string,
  request: CreateTrigger,
): Promise<MadeTrigger> {
  const { triggering, vault, publicUrl } = parts;
  const { kind } = request;
  const config = checkConfig(triggering.cron, kind, { ...request.config } as JsonObject);
  await checkVersion(parts.workflows, caller.orgId, workflowId, request.version);
  const id = randomUUID();
  const token = kind === "webhook" || kind === "form" ? makeToken() : null;
  const secret =
    kind === "webhook" && request.config.signature !== "none" ? (request.secret ?? makeSigningSecret()) : null;
  const row = await triggering.triggers.insert(
    {
      id,
      orgId: caller.orgId,
      workflowId,
      kind,
      name: request.name,
      enabled: request.enabled,
      config,
      version: request.version,
      token: token === null ? null : { ...token, shown: kind === "form" ? token.token : null },
      secretSealed: secret === null ? null : sealedText(vault.seal(secret, sealPlace(id))),
      eventName: kind === "event" ? request.config.event : null,
      nextFireAt: await nextFire(triggering, kind, request.enabled, config),
      createdBy: userIdOf(caller),
    },
    auditEntry(caller, "trigger-created", { kind: "trigger", id }, { workflowId, kind, name: request.name }),
  );
  if (row === null) throw notFound("workflow");
  // Those that come from now on are brought by the bus itself.
  if (kind === "event" && request.config.includeKept) await triggering.events.oweKept(caller.orgId, id);
  const trigger = showTrigger(row, publicUrl);
  const url = kind === "webhook" && token !== null ? hookUrl(publicUrl, token.token) : trigger.url;
  return { trigger, url, secret };
}
