import type { Limits, LimitsView } from "../../contracts/api/limits.ts";
import { auditEntry, type AuditEntry } from "../audit.ts";
import type { Caller } from "../auth/caller.ts";
import type { Admission } from "../runs/admission.ts";

export interface LimitStore {
  get(orgId: string): Promise<Limits>;
  put(orgId: string, limits: Limits, audit: AuditEntry): Promise<void>;
  queued(orgId: string, most: number): Promise<number>;
  spentThisMonth(orgId: string): Promise<number>;
}

interface Parts {
  limits: LimitStore;
  admission: Pick<Admission, "most">;
}

/** What the organisation bounds itself by, and how much of it is used. */
export async function getLimits({ limits, admission }: Parts, { orgId }: Pick<Caller, "orgId">): Promise<LimitsView> {
  const mostQueuedRuns = await admission.most(orgId);
  const [set, queuedRuns, spentThisMonthUsd] = await Promise.all([
    limits.get(orgId),
    limits.queued(orgId, mostQueuedRuns),
    limits.spentThisMonth(orgId),
  ]);
  return { limits: set, now: { queuedRuns, mostQueuedRuns, spentThisMonthUsd } };
}

/** Sets all limits anew. They reach the workers within five seconds. */
export async function putLimits(parts: Parts, caller: Caller, limits: Limits): Promise<LimitsView> {
  const { orgId } = caller;
  const { monthlyBudgetUsd, queuedRuns, steps } = limits;
  const details = { monthlyBudgetUsd, queuedRuns, steps };
  await parts.limits.put(orgId, limits, auditEntry(caller, "limits-set", { kind: "organization", id: orgId }, details));
  return getLimits(parts, caller);
}
