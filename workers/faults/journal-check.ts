import type { RunEvent } from "../../engine/run/event.ts";

/** Throws unless the journal is whole: no gap, no repeat, one end and nothing after it, and no attempt that ends twice. */
export function checkJournal(events: RunEvent[]): void {
  const problems = events.flatMap((event, index) => (event.seq === index + 1 ? [] : [`seq ${event.seq} at ${index}`]));
  const ends = events.filter(({ type }) => ["run-completed", "run-failed", "run-cancelled"].includes(type));
  if (ends.length !== 1 || ends[0] !== events.at(-1))
    problems.push(`${ends.length} ends, the last event is ${events.at(-1)?.type}`);
  const decided = new Set<string>();
  for (const event of events) {
    if (event.type !== "step-completed" && event.type !== "step-failed") continue;
    const attempt = `${event.step}#${event.attempt}`;
    if (decided.has(attempt)) problems.push(`${attempt} ends twice`);
    decided.add(attempt);
  }
  if (problems.length > 0) throw new Error(`The journal is broken: ${problems.join(", ")}`);
}
