import type { Json } from "../json.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunState } from "./state.ts";

/**
 * How events and runs meet. Whoever carries events (the organisation's bus, the callback address) and the engine agree on this alone:
 *
 *  - **In:** an event travels to a run as the input `{ type: "event-received", id, name, key, payload }` through the run's mailbox, with a
 *    row of its own (run_signals, kind "event") before it is announced, to every run that has a matching listener. `id` names the event, so
 *    that one which is delivered twice counts once. A run without a matching listener ignores it.
 *  - **Who listens:** `listeners(plan, state)` are the run's live listeners. The worker writes them with the very append that makes
 *    them live (`JournalBatch.listeners`: the whole set, present only when it changed), so an event that is published after that append
 *    finds them. An ended run has none.
 *  - **Matching:** the name is the same, and the listener's key is null (any) or equal to the event's key.
 *  - **Out:** an `emit` node that speaks to the organisation is an effect: its executor calls `EventBus.publish` (engine/ports/event-bus.ts)
 *    with the step's idempotency key as the event's `id` and the run as its `origin`. The run's own listeners hear it from the journal
 *    at the moment the step completes, so the bus never delivers an event to its origin.
 *  - **Callbacks:** a wait for a callback listens to the event `callbackEvent` with its own step id as key. Its address is handed out before it
 *    waits, so what comes early is kept. The endpoint behind the address delivers to that one run, never to the bus; no event of the bus may
 *    carry this name.
 */
export interface Listener {
  name: string;
  /** Only events with this key; null for every event of the name. */
  key: string | null;
}

/** An event as it reaches a run. */
export interface ReceivedEvent {
  id: string;
  name: string;
  key: string | null;
  payload: Json;
}

/** Name of what comes in at a callback address; its key is the step that waits. */
export const callbackEvent = "baton.callback";

/** What an event's name may look like: `order.paid`, `invoice-2:sent`. Names that begin with `baton.` are the product's own. */
export const eventNamePattern = /^[A-Za-z][A-Za-z0-9_.:-]{0,199}$/;

export function matches(listener: Listener, event: Pick<ReceivedEvent, "name" | "key">): boolean {
  return listener.name === event.name && (listener.key === null || listener.key === event.key);
}

/**
 * The run's live listeners, without repeats, in a fixed order. Those that keep early events listen from the start of the run, to every
 * key, since theirs is known only once their step begins.
 */
export function listeners(plan: Plan, state: RunState): Listener[] {
  if (state.status === "completed" || state.status === "failed" || state.status === "cancelled") return [];
  const found = new Map<string, Listener>();
  const add = (listener: Listener): void => {
    found.set(JSON.stringify([listener.name, listener.key]), listener);
  };
  for (const name of plan.keeps) add({ name, key: null });
  for (const frame of Object.values(state.frames)) {
    for (const record of Object.values(frame.steps)) {
      for (const each of record.listening ?? []) {
        if (each.event !== null && !each.fired) add({ name: each.event, key: each.key });
      }
    }
  }
  return [...found.keys()].toSorted().flatMap((name) => found.get(name) ?? []);
}
