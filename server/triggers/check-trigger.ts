import { triggerConfigSchemas, type ScheduleConfig, type TriggerKind } from "../../contracts/api/trigger.ts";
import { BatonError } from "../../engine/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../engine/json.ts";
import type { Cron } from "../../engine/ports/cron.ts";
import { schemaRefusal } from "../http/problem.ts";
import { notFound } from "../not-found.ts";
import type { WorkflowStore } from "../workflows/ports.ts";
import { checkTemplate } from "./evaluate.ts";
import { scopeRoots } from "./fire-delivery.ts";
import type { TriggerStore } from "./ports.ts";

/**
 * Checks a config for its kind, beyond what its schema says: expressions parse and name what is there, a schedule fires some
 * day. @throws BatonError INPUT_INVALID with the field
 */
export function checkConfig(cron: Cron, kind: TriggerKind, given: JsonObject): JsonObject {
  const parsed = triggerConfigSchemas[kind].safeParse(given);
  if (!parsed.success) throw schemaRefusal(parsed.error, "body");
  const config: Json = JSON.parse(JSON.stringify(parsed.data));
  if (!isJsonObject(config)) throw new TypeError("A config became something other than an object.");
  for (const field of ["input", "filter", "eventId"]) {
    checkTemplate(config[field] ?? null, scopeRoots[kind], `/config/${field}`);
  }
  for (const field of ["filter", "eventId"]) {
    if (typeof config[field] === "string" && !config[field].includes("{{")) {
      throw fault(`/config/${field}`, "must be an expression in {{ }}");
    }
  }
  if (kind === "schedule") checkSchedule(cron, triggerConfigSchemas.schedule.parse(config));
  return config;
}

/** @throws BatonError INPUT_INVALID saying what is wrong with it */
export function checkSchedule(cron: Cron, config: Pick<ScheduleConfig, "cron" | "timeZone">): void {
  const problem = cron.problem(config.cron, config.timeZone);
  if (problem !== null) throw fault(problem.includes("time zone") ? "/config/timeZone" : "/config/cron", problem);
}

/** When a schedule fires next by the database's clock; null for other kinds and for what is paused. */
export async function nextFire(
  parts: { cron: Cron; triggers: Pick<TriggerStore, "now"> },
  kind: TriggerKind,
  enabled: boolean,
  config: JsonObject,
): Promise<number | null> {
  if (kind !== "schedule" || !enabled) return null;
  const [cron, timeZone] = [String(config["cron"]), String(config["timeZone"])];
  return parts.cron.next(cron, timeZone, await parts.triggers.now(), 1)[0] ?? null;
}

/** @throws BatonError INPUT_INVALID for a version that the workflow does not have */
export async function checkVersion(
  workflows: Pick<WorkflowStore, "definition">,
  orgId: string,
  workflowId: string,
  version: number | null | undefined,
): Promise<void> {
  if (version === null || version === undefined) return;
  if ((await workflows.definition(orgId, workflowId, version)) === null) {
    throw fault("/version", `is not a version of this workflow`);
  }
}

/** @throws BatonError NOT_FOUND */
export async function requireWorkflow(
  workflows: Pick<WorkflowStore, "published">,
  orgId: string,
  workflowId: string,
): Promise<void> {
  if ((await workflows.published(orgId, workflowId)) === null) throw notFound("workflow");
}

function fault(path: string, message: string): BatonError {
  return new BatonError("INPUT_INVALID", `The trigger cannot be saved: ${path} ${message}.`, {
    details: { errors: [{ path, code: "trigger", message }] },
  });
}
