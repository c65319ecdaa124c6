import type { RunEvent } from "../../engine/run/event.ts";
import { createProjection, type Projection, type RunView } from "../../engine/run/projection.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import type { RunStore } from "./ports.ts";

/** Named limits of one answer: a longer journal is read by its events, page by page. */
const mostEvents = 50_000;
/** Bytes of JSON that are folded into one answer. */
const mostBytes = 64_000_000;
const pageEvents = 2_000;
/** Shorter journals are read in a moment and not kept. */
const longEvents = 200;
/** What is kept of all runs together, by the size of their events: some ten runs of 10,000 events. */
const keptBytes = 24_000_000;
/** Nobody looks at anything any more: then nothing is kept. */
const keptMs = 120_000;

interface Folded {
  projection: Projection;
  bytes: number;
}

/** Runs folded from their journals as far as those had come. Who asks again for a long run pays for what is new in it. */
export class RunViews {
  readonly #runs: Pick<RunStore, "events">;
  /** By organisation and run, the one that was asked for last at the end. */
  readonly #kept = new Map<string, Folded>();
  #forgetting: NodeJS.Timeout | null = null;

  constructor(runs: Pick<RunStore, "events">) {
    this.#runs = runs;
  }

  /** The run after event `lastSeq`, or after the last one that one answer holds. */
  async at(plan: Plan, orgId: string, runId: string, lastSeq: number): Promise<RunView> {
    const key = `${orgId}:${runId}`;
    const folded = this.#take(key, lastSeq) ?? { projection: createProjection(plan, runId), bytes: 0 };
    const { projection } = folded;
    while (projection.seq < Math.min(lastSeq, mostEvents) && folded.bytes < mostBytes) {
      const limit = Math.min(pageEvents, lastSeq - projection.seq);
      const events = await this.#runs.events(orgId, runId, projection.seq, limit);
      if (events.length === 0) break;
      for (const event of events) projection.apply(event);
      folded.bytes += weight(events, lastSeq);
    }
    const view = projection.view();
    if (projection.seq >= longEvents) this.#keep(key, folded);
    return view;
  }

  /** Taken out while it is worked on, so that two who ask at once never fold into the same one. */
  #take(key: string, lastSeq: number): Folded | null {
    const folded = this.#kept.get(key);
    // One that has come further than the row that was read would show steps of another moment.
    if (folded === undefined || folded.projection.seq > lastSeq) return null;
    this.#kept.delete(key);
    return folded;
  }

  #keep(key: string, folded: Folded): void {
    this.#kept.delete(key);
    this.#kept.set(key, folded);
    this.#forgetting ??= setTimeout(() => this.#kept.clear(), keptMs).unref();
    this.#forgetting.refresh();
    let bytes = 0;
    for (const each of this.#kept.values()) bytes += each.bytes;
    for (const [oldest, each] of this.#kept) {
      if (bytes <= keptBytes) return;
      bytes -= each.bytes;
      this.#kept.delete(oldest);
    }
  }
}

/** Only long journals are weighed: a short page cannot be many large events. */
function weight(events: readonly RunEvent[], lastSeq: number): number {
  return lastSeq < longEvents && events.length === lastSeq ? 0 : JSON.stringify(events).length;
}
