import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { formConfigSchema, type FormConfig } from "../../contracts/api/trigger.ts";
import type { formSchema } from "../../contracts/api/form.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { PlanCache } from "../workflows/plan-cache.ts";
import { fireDelivery, type FireParts } from "./fire-delivery.ts";
import type { TriggerRow, Triggering } from "./ports.ts";
import { hashToken, tokenForm } from "./token.ts";

export interface OpenForm {
  trigger: TriggerRow;
  config: FormConfig;
}

/** The form behind an address. What is no address, what was one and what is closed look alike. @throws BatonError NOT_FOUND */
export async function findForm({ triggers }: Triggering, token: string): Promise<OpenForm> {
  const trigger = tokenForm.test(token) ? await triggers.byToken(hashToken(token)) : null;
  if (trigger === null || trigger.kind !== "form" || !trigger.enabled) {
    throw new BatonError("NOT_FOUND", "There is no open form at this address. Ask who gave it to you for a new one.");
  }
  return { trigger, config: formConfigSchema.parse(trigger.config) };
}

/** What the page needs to draw the form: nothing of the workflow but its input. */
export async function showForm(plans: PlanCache, { trigger, config }: OpenForm): Promise<z.input<typeof formSchema>> {
  const { orgId, workflowId } = trigger;
  const version = trigger.version ?? (await plans.published(orgId, workflowId));
  if (version === null) throw new BatonError("NOT_FOUND", "This form is not ready yet. Try again later.");
  const { plan } = await plans.version(orgId, workflowId, version);
  return {
    title: config.title ?? plan.file.name,
    description: config.description ?? plan.file.description,
    schema: plan.file.input,
  };
}

/** Starts the run of a submission; the same submission sent again gets the first one's run. */
export async function submitForm(
  parts: Omit<FireParts, "deliveries" | "evaluate"> & { triggering: Triggering },
  { trigger, config }: OpenForm,
  submission: { input: Json; submissionId?: string | undefined },
): Promise<{ reference: string; thanks: string | null }> {
  const { deliveries, evaluate } = parts.triggering;
  const delivery = await deliveries.open({
    orgId: trigger.orgId,
    triggerId: trigger.id,
    key: `sent ${submission.submissionId ?? randomUUID()}`,
    payload: { input: submission.input },
    redeliveryOf: null,
  });
  if (delivery.status === "pending" && delivery.fresh) {
    await fireDelivery({ ...parts, deliveries, evaluate }, trigger, delivery);
  }
  return { reference: delivery.runId, thanks: config.thanks };
}
