import { isOutage } from "./outage.ts";
import type { Log } from "./log.ts";

/** Deliveries taken at once, and of these started side by side. */
const batch = 50;
const side = 10;

/**
 * Starts the runs that triggers are owed: fires of schedules, events of the bus, and what a web process had accepted and died
 * with. One that fails is put off or refused by `fire` itself and keeps no other from starting. True when there may be more.
 */
export async function startOwed<D extends { id: string }>(
  deliveries: { claim(limit: number): Promise<D[]> },
  fire: (delivery: D) => Promise<unknown>,
  log: Log,
): Promise<boolean> {
  const claimed = await deliveries.claim(batch);
  const next = claimed.values();
  const work = async (): Promise<void> => {
    for (const delivery of next) {
      await fire(delivery).catch((error: unknown) => {
        const fields = { delivery: delivery.id, error: String(error) };
        if (isOutage(error)) log.debug(fields, "a delivery waits until its services are back");
        else log.info(fields, "a delivery did not start a run");
      });
    }
  };
  await Promise.all(Array.from({ length: side }, work));
  return claimed.length === batch;
}
