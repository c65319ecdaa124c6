import type { Json } from "../json.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { Actor, EventBody, EventOf, RunEvent } from "./event.ts";
import { jsonBytes, replayJournal } from "./replay.ts";
import { verifyJournal } from "./verify.ts";

export interface Fork {
  /** The run that is forked, and the number of the last event that counts. */
  runId: string;
  at: number;
  /** Another input; undefined for the same. */
  input: Json | undefined;
  by: Actor;
  /** The new run's own; the marks of the old one stand for nothing in it. */
  callbackKey?: string | undefined;
  /** Epoch ms at which the new run stands where the old one stood. */
  now: number;
}

const containers = new Set(["loop", "parallel", "try"]);
const opening = new Set(["loop-opened", "loop-checked", "loop-judged", "handlers-armed"]);

/**
 * The journal of a run that goes on from a moment of another one: what had ended there stays ended and is not paid again, what was
 * under way begins anew. With another input, whatever depends on the input runs again, and only that.
 */
export function forkJournal(plan: Plan, events: readonly RunEvent[], fork: Fork): RunEvent[] {
  const [queued] = events;
  if (queued?.type !== "run-queued") return [];
  const prefix = cut(events, fork.at);
  const shift = fork.now - (prefix.at(-1)?.at ?? fork.now);
  const changed = fork.input !== undefined && jsonBytes(fork.input) !== jsonBytes(queued.input);
  const lost = changed ? dependents(plan) : new Set<string>();
  const ended = endedSteps(plan, prefix);
  const bodies = prefix.slice(1).filter((event) => stays(plan, event, lost, ended));
  const journal = [firstEvent(queued, fork), ...bodies.map(reused)].map((event, index) =>
    later(event, index + 1, shift),
  );
  if (verifyJournal("fork", journal, { plan }).length === 0) return ending(plan, journal);
  // What was taken away left the rest without a cause: everything runs again.
  const started = prefix.filter(({ type }) => type === "run-started").slice(0, 1);
  return [firstEvent(queued, fork), ...started].map((event, index) => later(event, index + 1, shift));
}

/** A run of which nothing is left to be done is over. */
function ending(plan: Plan, journal: RunEvent[]): RunEvent[] {
  const { state } = replayJournal(plan, "fork", journal);
  const last = journal.at(-1);
  if (state.frames[""]?.open !== 0 || last === undefined) return journal;
  return [...journal, { type: "run-completed", output: state.output, seq: last.seq + 1, at: last.at }];
}

function firstEvent(queued: EventOf<"run-queued">, { runId, at, input, by, callbackKey }: Fork): RunEvent {
  const { parent: _caller, callbackKey: _old, ...own } = queued;
  const key = callbackKey === undefined ? {} : { callbackKey };
  return { ...own, ...key, input: input ?? queued.input, by, trigger: "retry", fork: { runId, at } };
}

/** What was paid stands in the journal of the run that paid it. */
function reused(event: RunEvent): RunEvent {
  if (event.type !== "step-completed" && event.type !== "step-failed") return event;
  const { usage: _paid, ...rest } = event;
  return rest;
}

/** The same event as if it had happened so much later: what lay between two events still lies between them. */
function later(event: RunEvent, seq: number, shift: number): RunEvent {
  const moved: RunEvent = { ...event, seq, at: event.at + shift };
  if (moved.type === "step-failed" && moved.retryAt !== null) moved.retryAt += shift;
  if (moved.type === "wait-started" && moved.until !== null) moved.until += shift;
  if (moved.type === "approval-requested" || moved.type === "approval-escalated") moved.deadline += shift;
  if (moved.type === "handlers-armed")
    moved.handlers = moved.handlers.map(({ key, due }) => ({ key, due: due === null ? null : due + shift }));
  return moved;
}

/** Without the end, if that is where it ends; and never beyond the begin of a way back. */
function cut(events: readonly RunEvent[], at: number): RunEvent[] {
  const back = events.find(({ type }) => type === "rollback-started");
  const prefix = events.filter(({ seq }) => seq <= at && (back === undefined || seq < back.seq));
  const last = prefix.at(-1)?.type;
  const over = last === "run-completed" || last === "run-failed" || last === "run-cancelled";
  return over ? prefix.slice(0, -1) : prefix;
}

function stepOf(event: EventBody): string | null {
  if (event.type === "timer-fired") return event.key.split(":")[1] ?? null;
  return "step" in event && !event.type.startsWith("run-") ? event.step : null;
}

/** Steps that were decided for good: completed, or failed where something caught it. */
function endedSteps(plan: Plan, events: readonly RunEvent[]): Set<string> {
  const ended = new Set<string>();
  for (const event of events) {
    const step = stepOf(event);
    if (step === null) continue;
    const node = plan.nodes.get(step.split(".").at(-1) ?? "");
    if (event.type === "step-completed" || event.type === "approval-decided") ended.add(step);
    else if (event.type === "step-failed" && event.retryAt === null && node?.onError !== "fail") ended.add(step);
    else if (event.type === "timer-fired" && event.key.startsWith("wait:")) ended.add(step);
  }
  return ended;
}

function stays(plan: Plan, event: RunEvent, lost: ReadonlySet<string>, ended: ReadonlySet<string>): boolean {
  if (event.type === "run-paused" || event.type === "run-resumed") return false;
  const step = stepOf(event);
  if (step === null) return true;
  const names = step.split(".");
  if (names.some((name) => lost.has(name))) return false;
  if (ended.has(step)) return true;
  const behaviour = plan.nodes.get(names.at(-1) ?? "")?.behaviour ?? "";
  return containers.has(behaviour) && opening.has(event.type);
}

/** Nodes whose result may be another when the input is: those that read it, and all that follow from them. */
function dependents(plan: Plan): Set<string> {
  const nodes = [...plan.nodes.values()];
  const entries = new Set(nodes.flatMap(({ id, behaviour }) => (behaviour === "entry" ? [id] : [])));
  const lost = new Set<string>();
  for (let size = -1; size !== lost.size;) {
    size = lost.size;
    const varsChange = nodes.some((node) => lost.has(node.id) && writesVariables(node));
    for (const node of nodes) {
      if (lost.has(node.id) || node.behaviour === "entry") continue;
      if (isAffected(plan, node, entries, lost, varsChange)) lost.add(node.id);
    }
  }
  return lost;
}

function isAffected(
  plan: Plan,
  node: PlanNode,
  entries: ReadonlySet<string>,
  lost: ReadonlySet<string>,
  varsChange: boolean,
): boolean {
  if (node.reads.some((name) => name === "input" || entries.has(name) || lost.has(name))) return true;
  if (varsChange && node.reads.includes("vars")) return true;
  if (node.incoming.some(({ source }) => lost.has(source) || (entries.has(source) && node.reads.includes("in"))))
    return true;
  if (node.scope !== "" && lost.has(node.scope)) return true;
  // A container is as changed as anything inside it.
  return (plan.scopes.get(node.id)?.nodes ?? []).some((id) => lost.has(id));
}

function writesVariables(node: PlanNode): boolean {
  return node.type === "set" || node.writes.length > 0;
}
