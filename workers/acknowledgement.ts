import type { TurnedEntry } from "./outbox.ts";
import type { WorkerPorts } from "./ports.ts";

/** An entry that meant nothing to the run any more is acknowledged with this after its id. */
const ignoredMark = "~";

export interface Answer {
  /** True or false once the entry was turned, null when that took longer than `ms` or `stop` was aborted. */
  within(ms: number, stop: AbortSignal): Promise<boolean | null>;
  forget(): void;
}

export interface Acknowledgements {
  /** Tells those who wait for these entries, here or in another worker. */
  tell(entries: TurnedEntry[]): void;
  expect(entryId: string): Answer;
  close(): void;
}

/** Who waits for which mailbox entry to be in the journal. */
export function acknowledgements({
  worker,
  control,
  log,
}: Pick<WorkerPorts, "worker" | "control" | "log">): Acknowledgements {
  const waiting = new Map<string, { resolve: (applied: boolean) => void; heard: Promise<boolean> }>();

  const stopListening = control.onAcknowledge(worker, (ids) => {
    for (const id of ids) {
      const ignored = id.endsWith(ignoredMark);
      waiting.get(ignored ? id.slice(0, -ignoredMark.length) : id)?.resolve(!ignored);
    }
  });

  return {
    tell(entries) {
      const remote = new Map<string, string[]>();
      for (const { entry, applied } of entries) {
        if (entry.replyTo === undefined) continue;
        if (entry.replyTo === worker) {
          waiting.get(entry.id)?.resolve(applied);
          continue;
        }
        const ids = remote.get(entry.replyTo) ?? [];
        ids.push(applied ? entry.id : `${entry.id}${ignoredMark}`);
        remote.set(entry.replyTo, ids);
      }
      for (const [replyTo, ids] of remote) {
        // Not heard, it is asked again.
        control
          .acknowledge(replyTo, ids)
          .catch((error: unknown) => log.debug({ replyTo, error: String(error) }, "unheard"));
      }
    },
    expect(entryId) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      waiting.set(entryId, { resolve, heard: promise });
      return {
        within: (ms, stop) => firstOf(promise, ms, stop),
        forget: () => waiting.delete(entryId),
      };
    },
    close() {
      stopListening();
      waiting.clear();
    },
  };
}

function firstOf(answer: Promise<boolean>, ms: number, stop: AbortSignal): Promise<boolean | null> {
  return new Promise((resolve) => {
    const giveUp = (): void => finish(null);
    const timer = setTimeout(giveUp, ms);
    const finish = (result: boolean | null): void => {
      clearTimeout(timer);
      stop.removeEventListener("abort", giveUp);
      resolve(result);
    };
    stop.addEventListener("abort", giveUp);
    if (stop.aborted) giveUp();
    void answer.then(finish);
  });
}
