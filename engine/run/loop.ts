import type { Json } from "../json.ts";
import type { PlanNode } from "../workflow/plan.ts";
import { fileLimits } from "../workflow/file.ts";
import type { EventOf } from "./event.ts";
import { frameId, stepId } from "./path.ts";
import type { Frame, LoopProgress, Step } from "./state.ts";
import { dropFrame, endStep, type Fold, frameOutputs, framesOf, openFrame, setStatus, takePorts } from "./step.ts";

/** Opens a loop: as many iterations start as its concurrency allows. */
export function openLoop(
  folding: Fold,
  frame: Frame,
  node: PlanNode,
  record: Step,
  event: EventOf<"loop-opened">,
): void {
  record.attempt = 1;
  record.loop = {
    // A list of its own: items may be appended, and the event stays as it was written.
    items: event.items === undefined ? null : [...event.items],
    total: event.total,
    concurrency: event.concurrency,
    next: 0,
    active: 0,
    results: [],
    missing: [],
    last: null,
    checking: event.total === null ? 0 : null,
    ...(event.open === true ? { open: true } : {}),
  };
  setStatus(folding, frame, node, record, "running");
  advanceLoop(folding, frame, node, record, record.loop);
}

/** The answer to "does the condition still hold": another iteration, or the end. */
export function checkedLoop(
  folding: Fold,
  frame: Frame,
  node: PlanNode,
  record: Step,
  event: EventOf<"loop-checked">,
): void {
  const { loop } = record;
  if (loop === null || loop.checking !== event.index) return;
  setStatus(folding, frame, node, record, "running");
  loop.checking = null;
  if (event.holds) openIteration(folding, frame, node, loop);
  else {
    loop.total = loop.next;
    advanceLoop(folding, frame, node, record, loop);
  }
}

/** The answer to a completion rule. One that was asked before another iteration ended is out of date. */
export function judgedLoop(
  folding: Fold,
  frame: Frame,
  node: PlanNode,
  record: Step,
  event: EventOf<"loop-judged">,
): void {
  const { loop } = record;
  if (loop === null || loop.judging !== event.index) return;
  setStatus(folding, frame, node, record, "running");
  loop.judging = null;
  if (event.holds) completeLoop(folding, frame, node, record, loop);
  else advanceLoop(folding, frame, node, record, loop);
}

/** More items for a loop over a list that is under way; `close` says that no more come from outside. */
export function appendItems(
  folding: Fold,
  frame: Frame,
  node: PlanNode,
  record: Step,
  items: Json[],
  close: boolean,
): void {
  const { loop } = record;
  if (loop === null || loop.items === null || loop.finishing === true) return;
  for (const item of items) {
    if (loop.items.length >= fileLimits.loopItems) break;
    loop.items.push(item);
  }
  loop.total = loop.items.length;
  if (close) loop.open = false;
  folding.observe?.({ step: stepId(frame.id, node.id), frame, node, record });
  advanceLoop(folding, frame, node, record, loop);
}

/** The loop ends at once. The iteration that says so gives `value` or what it has; others in flight are missing. */
export function breakLoop(
  folding: Fold,
  parent: Frame,
  node: PlanNode,
  record: Step,
  frame: Frame,
  value: Json | undefined,
): void {
  const { loop } = record;
  if (loop === null) return;
  keepResult(folding, loop, frame, value === undefined ? resultOf(folding, node, frame) : value);
  cutLoop(folding, parent, node, record, loop);
}

/** The iteration ends at once, with `value` or what it has. */
export function continueLoop(
  folding: Fold,
  parent: Frame,
  node: PlanNode,
  record: Step,
  frame: Frame,
  value: Json | undefined,
): void {
  const result = value === undefined ? resultOf(folding, node, frame) : value;
  settleIteration(folding, parent, node, record, frame, result, lastOf(frame));
}

/** An iteration has all its steps decided: its result is kept, its insides are let go. */
export function loopFrameEnded(folding: Fold, parent: Frame, node: PlanNode, record: Step, frame: Frame): void {
  settleIteration(folding, parent, node, record, frame, resultOf(folding, node, frame), lastOf(frame));
}

/** What an iteration gives: the output of its last step, or of its last steps by their ids. */
function resultOf(folding: Fold, node: PlanNode, frame: Frame): Json {
  const outputs = frameOutputs(folding.plan, frame);
  const sinks = folding.plan.scopes.get(node.id)?.sinks ?? [];
  const only = sinks.length === 1 ? sinks[0] : undefined;
  return only === undefined ? outputs : (outputs[only] ?? null);
}

function lastOf(frame: Frame): Record<string, Json> {
  const outputs: Record<string, Json> = {};
  for (const id in frame.steps) outputs[id] = frame.steps[id]?.output ?? null;
  return outputs;
}

/** An iteration that failed where the loop goes on without it: null in its place, its index among the missing. */
export function missIteration(folding: Fold, parent: Frame, node: PlanNode, record: Step, frame: Frame): void {
  record.loop?.missing.push(frame.index);
  settleIteration(folding, parent, node, record, frame, null, null);
}

function settleIteration(
  folding: Fold,
  parent: Frame,
  node: PlanNode,
  record: Step,
  frame: Frame,
  result: Json,
  last: Record<string, Json> | null,
): void {
  const { loop } = record;
  if (loop === null) return;
  if (loop.gave === true) {
    dropFrame(folding, frame);
    loop.active -= 1;
    return loop.active > 0
      ? undefined
      : endStep(folding, parent, node, record, "completed", node.defaultPorts, record.output);
  }
  keepResult(folding, loop, frame, result);
  loop.last = last ?? loop.last;
  folding.observe?.({ step: stepId(parent.id, node.id), frame: parent, node, record });
  const rule = node.completion;
  if (rule === null || loop.finishing === true) return advanceLoop(folding, parent, node, record, loop);
  const ended = loop.next - loop.active;
  if (rule.atLeast !== null && ended - loop.missing.length >= rule.atLeast)
    return completeLoop(folding, parent, node, record, loop);
  if (rule.when === null) return advanceLoop(folding, parent, node, record, loop);
  loop.judging = ended;
  setStatus(folding, parent, node, record, "pending");
}

/** Puts an iteration's result in its place and lets its inside go. */
function keepResult(folding: Fold, loop: LoopProgress, frame: Frame, result: Json): void {
  dropFrame(folding, frame);
  while (loop.results.length < frame.index) loop.results.push(null);
  loop.results[frame.index] = result;
  loop.active -= 1;
}

/** A completion rule holds: no more iterations begin, and those in flight are cancelled or finish. */
function completeLoop(folding: Fold, frame: Frame, node: PlanNode, record: Step, loop: LoopProgress): void {
  loop.finishing = true;
  if (node.completion?.cancelOthers !== false || loop.active === 0) return cutLoop(folding, frame, node, record, loop);
  loop.total = loop.next;
  loop.open = false;
  const inFlight = framesOf(folding.state, frame, node).map((inner) => inner.index);
  const missing = [...loop.missing, ...inFlight].toSorted((a, b) => a - b);
  const results = Array.from({ length: loop.total }, (_, index) => loop.results[index] ?? null);
  record.output = { results, missing, count: loop.total };
  record.loop = { ...loop, items: null, results: [], last: null, gave: true };
  takePorts(folding, frame, node, node.defaultPorts);
}

/** Ends a loop at once, with what it has: a handler says that it is complete. */
export function completeNow(folding: Fold, frame: Frame, node: PlanNode, record: Step): void {
  if (record.loop !== null) cutLoop(folding, frame, node, record, record.loop);
}

/** Ends a loop with iterations in flight: they are cancelled and missing. */
function cutLoop(folding: Fold, frame: Frame, node: PlanNode, record: Step, loop: LoopProgress): void {
  for (const inner of framesOf(folding.state, frame, node)) {
    loop.missing.push(inner.index);
    dropFrame(folding, inner);
  }
  if (record.status === "pending") setStatus(folding, frame, node, record, "running");
  loop.active = 0;
  loop.total = loop.next;
  loop.open = false;
  loop.judging = null;
  loop.checking = null;
  advanceLoop(folding, frame, node, record, loop);
}

function advanceLoop(folding: Fold, frame: Frame, node: PlanNode, record: Step, loop: LoopProgress): void {
  if (typeof loop.judging === "number") return;
  if (loop.total === null) {
    if (loop.active > 0) return;
    loop.checking = loop.next;
    return setStatus(folding, frame, node, record, "pending");
  }
  while (loop.next < loop.total && loop.active < loop.concurrency) openIteration(folding, frame, node, loop);
  if (loop.active > 0 || loop.next < loop.total || loop.open === true || record.status !== "running") return;
  while (loop.results.length < loop.total) loop.results.push(null);
  const missing = loop.missing.toSorted((a, b) => a - b);
  const output = { results: loop.results, missing, count: loop.total };
  record.loop = { ...loop, items: null, results: [], last: null };
  endStep(folding, frame, node, record, "completed", node.defaultPorts, output);
}

function openIteration(folding: Fold, frame: Frame, node: PlanNode, loop: LoopProgress): void {
  const index = loop.next;
  loop.next += 1;
  loop.active += 1;
  openFrame(folding, {
    id: frameId(stepId(frame.id, node.id), index),
    container: node.id,
    parent: frame.id,
    index,
    item: loop.items?.[index] ?? null,
  });
}
