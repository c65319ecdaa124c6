import type { StepJob } from "../engine/ports/step-queue.ts";
import { isJsonObject, type Json } from "../engine/json.ts";
import type { EventOf, RunEvent } from "../engine/run/event.ts";

/** Bounds on memory: what is not kept is read from the journal. */
const mostSteps = 500;
const mostLength = 32 * 1024;

/** Steps that this worker scheduled lately: whoever executes them here needs not read them from the journal again. */
export class RecentSteps {
  readonly #events = new Map<string, EventOf<"step-scheduled">>();

  /** @param events just written to the run's journal */
  written(runId: string, events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type !== "step-scheduled" || JSON.stringify(event.input).length > mostLength) continue;
      this.#events.set(name(runId, event.seq), { ...event, input: asStored(event.input) });
      if (this.#events.size <= mostSteps) continue;
      const [oldest] = this.#events.keys();
      if (oldest !== undefined) this.#events.delete(oldest);
    }
  }

  /** The event that a job stands for, once. */
  take(job: Pick<StepJob, "runId" | "seq">): EventOf<"step-scheduled"> | null {
    const key = name(job.runId, job.seq);
    const event = this.#events.get(key) ?? null;
    this.#events.delete(key);
    return event;
  }
}

/**
 * The value with its names in the order in which PostgreSQL's jsonb gives them: an attempt that is executed again, from the journal,
 * must send the very same bytes.
 */
function asStored(value: Json): Json {
  if (Array.isArray(value)) return value.map(asStored);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).toSorted(byJsonb);
  return Object.fromEntries(names.map((each) => [each, asStored(value[each] ?? null)]));
}

function byJsonb(a: string, b: string): number {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length - right.length || left.compare(right);
}

function name(runId: string, seq: number): string {
  return `${runId} ${seq}`;
}
