import { isJsonObject, type Json } from "../json.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunEvent } from "./event.ts";
import { fold } from "./fold.ts";
import type { RunState } from "./state.ts";

export interface Replay {
  state: RunState;
  /** The state as text, names in order: what two replays must agree on byte for byte. */
  bytes: string;
}

/** Folds a journal from its first event; with `upTo`, as far as that event. Needs nothing but the plan and the events. */
export function replayJournal(plan: Plan, runId: string, events: readonly RunEvent[], upTo = Infinity): Replay {
  // Folding consumes what it is given, so that each replay works on a copy.
  const copy = JSON.parse(JSON.stringify(events.filter(({ seq }) => seq <= upTo))) as RunEvent[];
  const state = fold(plan, runId, copy);
  return { state, bytes: stateBytes(state) };
}

/** The one text of a state. Names are sorted: a store may keep the names of an object in another order than they were written. */
export function stateBytes(state: RunState): string {
  return jsonBytes(JSON.parse(JSON.stringify(state)) as Json);
}

/** The one text of any value: equal texts, equal values. */
export function jsonBytes(value: Json): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}

/** Where two states differ, as paths, at most `limit` of them: for whoever has to find out why. */
export function stateDifferences(a: RunState, b: RunState, limit = 10): string[] {
  const found: string[] = [];
  differ(JSON.parse(JSON.stringify(a)) as Json, JSON.parse(JSON.stringify(b)) as Json, "", found, limit);
  return found;
}

function differ(a: Json, b: Json, path: string, found: string[], limit: number): void {
  if (found.length >= limit || JSON.stringify(a) === JSON.stringify(b)) return;
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    a.forEach((each, index) => differ(each, b[index] ?? null, `${path}/${index}`, found, limit));
  } else if (isJsonObject(a) && isJsonObject(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
      differ(a[name] ?? null, b[name] ?? null, `${path}/${name}`, found, limit);
  } else found.push(path === "" ? "/" : path);
}
