import type { ErrorRecord } from "../engine/errors.ts";
import type { RunJournal } from "../engine/ports/run-journal.ts";
import type { StepJob } from "../engine/ports/step-queue.ts";

/** A step that took five workers down with it is not given to a sixth. */
export const mostDeaths = 5;
/** After so many that died with its job a step is suspected: a dead worker had up to fifty in hand, and one of them may have killed it. */
const trusted = 2;
/** What kills its worker before its begin can be written down is stopped by this. */
const mostClaims = 25;
/** The claim of a step that did not come by the queue, which counts its own from 1. */
export const outsideQueue = 0;
const pageSize = 5_000;

/**
 * Whether so many workers died with a step in hand that it may be the cause. `claim` is 1 for the first that takes it from the queue, and
 * `outsideQueue` for one that begins it where it was scheduled, before.
 */
export function isSuspect(claim: number): boolean {
  return claim > trusted;
}

/**
 * How many workers died while this attempt was under way: those that had begun it, not those that only had it in hand. One that
 * stopped and handed it back to the queue began it under the same claim as the next; one that had begun it outside of the queue says so in
 * the job.
 */
export async function deathsWith(journal: Pick<RunJournal, "read">, job: StepJob, claim: number): Promise<number> {
  if (claim > mostClaims) return claim - 1;
  const begun = new Set<number>();
  for (let after = job.seq; ;) {
    const page = await journal.read(job.runId, after, pageSize);
    for (const event of page) {
      if (event.type === "step-started" && event.step === job.stepId && event.attempt === job.attempt)
        begun.add(event.claim);
    }
    if (job.handedBack === true) begun.delete(outsideQueue);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return begun.size;
    after = last.seq;
  }
}

/** Lets suspects work one at a time, so that a worker's death speaks against one of them and not against its neighbours. */
export class Suspects {
  #last: Promise<unknown> = Promise.resolve();

  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

export function poisoned(deaths: number): ErrorRecord {
  return {
    code: "STEP_POISONED",
    message: `The step was begun ${deaths} times, and each time its worker died. It is not tried again.`,
    retryable: false,
  };
}
