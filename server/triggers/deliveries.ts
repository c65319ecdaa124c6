import { randomUUID } from "node:crypto";
import type { Delivery } from "../../contracts/api/trigger.ts";
import { BatonError } from "../../engine/errors.ts";
import { isJsonObject } from "../../engine/json.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { decodeCursor, encodeCursor } from "../page.ts";
import { findTrigger } from "./change-trigger.ts";
import { fireDelivery, type FireParts } from "./fire-delivery.ts";
import type { Triggering } from "./ports.ts";

/** What set a trigger off, the newest first. @throws BatonError NOT_FOUND */
export async function listDeliveries(
  { triggers, deliveries }: Triggering,
  caller: Caller,
  triggerId: string,
  query: { limit: number; cursor?: string | undefined; status?: Delivery["status"] | undefined },
): Promise<{ items: Delivery[]; nextCursor: string | null }> {
  await findTrigger(triggers, caller, triggerId);
  const page = await deliveries.list(caller.orgId, triggerId, {
    limit: query.limit,
    after: decodeCursor(query.cursor),
    status: query.status ?? null,
  });
  return { items: page.items, nextCursor: encodeCursor(page.next) };
}

/**
 * Starts another run from what came then. The same mapping and checks hold as for a new one.
 * @throws BatonError NOT_FOUND, CONFLICT where nothing came that could be delivered, and what starting refuses
 */
export async function redeliver(
  parts: Omit<FireParts, "deliveries" | "evaluate"> & { triggering: Triggering },
  caller: Caller,
  triggerId: string,
  deliveryId: string,
): Promise<Delivery> {
  const { triggers, deliveries, evaluate } = parts.triggering;
  const trigger = await findTrigger(triggers, caller, triggerId);
  const before = await deliveries.get(caller.orgId, triggerId, deliveryId);
  if (before === null) throw notFound("delivery");
  if (before.status === "skipped" || !isJsonObject(before.payload)) {
    throw new BatonError("CONFLICT", "These moments were left out; there is nothing that could be delivered again.");
  }
  const again = await deliveries.open({
    orgId: caller.orgId,
    triggerId,
    key: `again ${randomUUID()}`,
    payload: before.payload,
    redeliveryOf: before.id,
  });
  const fired = await fireDelivery({ ...parts, deliveries, evaluate }, trigger, again);
  // Closing is not waited for; the answer tells what it will say.
  return {
    ...before,
    id: again.id,
    key: again.key,
    redeliveryOf: before.id,
    status: fired.outcome,
    runId: fired.outcome === "started" ? fired.run.id : null,
    error: null,
    attempts: 1,
    repeats: 0,
  };
}
