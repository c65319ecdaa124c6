import { triggerSchema, type Trigger } from "../../contracts/api/trigger.ts";
import type { TriggerRow } from "./ports.ts";

/** A trigger as the API shows it: without its sealed secrets, with a form's address. */
export function showTrigger(row: TriggerRow, publicUrl: string): Trigger {
  const {
    orgId: _org,
    formToken,
    secretSealed: _secret,
    oldSecretSealed: _old,
    workflowName: _workflow,
    ...rest
  } = row;
  return triggerSchema.parse({ ...rest, url: formToken === null ? null : formUrl(publicUrl, formToken) });
}

export function formUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/f/${token}`;
}

export function hookUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/api/hooks/${token}`;
}
