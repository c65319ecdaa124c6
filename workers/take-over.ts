import type { WorkerRecord, WorkerRegistry } from "../engine/ports/worker-registry.ts";
import type { Drainer } from "./drain-run.ts";
import type { Log } from "./log.ts";
import { isGone, ownIdentity } from "./process-identity.ts";

/** How soon a dead neighbour's work is taken over; a look costs two small commands. */
const lookEveryMs = 1_000;

interface Parts {
  registry: WorkerRegistry;
  /** Gives a dead worker's jobs to others, and the ids of the runs they belong to. */
  queue: { release(owners: string[]): Promise<string[]> };
  /** Lets a dead worker's leases go; gives their runs. */
  mailbox: { release(holder: string): Promise<string[]> };
  drainer: Pick<Drainer, "wake">;
  /** Told of each worker that was gone: how long after its last sign of life others had its work. */
  tookOver?: (ms: number) => void;
  /** Asks the system; another in tests. */
  isGone?: (record: WorkerRecord["process"]) => boolean;
  log: Log;
}

/**
 * Takes over at once from workers of this machine that are gone: their leases and their jobs' locks are let go instead of being
 * waited for. Safe even if one were mistaken for dead: the journal's fence and the attempts' idempotency keys hold as they do when
 * a lock runs out. Gives how many workers were found gone.
 */
export async function takeOver(parts: Parts): Promise<number> {
  const gone = (await parts.registry.others()).filter(({ process }) => (parts.isGone ?? isGone)(process));
  let count = 0;
  for (const { name, owners, seenAt } of gone) {
    // Who removes its name is the one who takes over; if that one dies too, the ends of the locks are waited for.
    if (!(await parts.registry.remove(name))) continue;
    count += 1;
    const began = performance.now();
    const [jobs, held] = await Promise.all([parts.queue.release(owners), parts.mailbox.release(name)]);
    // What it turned and had not handed over yet is owed: it is found by folding the journal.
    for (const runId of held) {
      parts.drainer.wake(runId, { recover: true }).catch((error: unknown) => {
        parts.log.warn({ runId, error: String(error) }, "a dead worker's run is left to the sweep");
      });
    }
    const ms = Math.round(performance.now() - began);
    parts.tookOver?.(Math.max(0, Date.now() - seenAt));
    parts.log.warn({ worker: name, jobs: jobs.length, held: held.length, ms }, "took over from a worker that is gone");
  }
  return count;
}

/** Takes over from workers of this machine that are gone: now, and whenever one goes while this one lives. */
export async function watchNeighbours(
  parts: Omit<Parts, "registry"> & { worker: string },
  registryOf: (place: string) => WorkerRegistry,
  owners: string[],
): Promise<{ close(): Promise<void> } | null> {
  const process = ownIdentity();
  if (process === null) return null;
  const registry = registryOf(process.place);
  const look = async (): Promise<void> => {
    try {
      // Said again each time, because Redis may have lost it.
      await registry.add({ process, owners, seenAt: Date.now() });
      await takeOver({ ...parts, registry });
    } catch (error) {
      parts.log.debug({ error: String(error) }, "the neighbours could not be looked at");
    }
  };
  const watching = setInterval(() => void look(), lookEveryMs);
  await look();
  return {
    async close() {
      clearInterval(watching);
      await registry.remove(parts.worker);
    },
  };
}
