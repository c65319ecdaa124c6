import type { Json } from "../json.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { EventOf } from "./event.ts";
import { frameId, stepId } from "./path.ts";
import type { Frame, LoopProgress, Step } from "./state.ts";
import { dropFrame, endStep, type Fold, frameOutputs, openFrame, setStatus } from "./step.ts";

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
    items: event.items ?? null,
    total: event.total,
    concurrency: event.concurrency,
    next: 0,
    active: 0,
    results: [],
    missing: [],
    last: null,
    checking: event.total === null ? 0 : null,
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

/** An iteration has all its steps decided: its result is kept, its insides are let go. */
export function loopFrameEnded(folding: Fold, parent: Frame, node: PlanNode, record: Step, frame: Frame): void {
  const outputs = frameOutputs(folding.plan, frame);
  const sinks = folding.plan.scopes.get(node.id)?.sinks ?? [];
  const only = sinks.length === 1 ? sinks[0] : undefined;
  const last = Object.fromEntries(Object.entries(frame.steps).map(([id, step]) => [id, step.output]));
  settleIteration(folding, parent, node, record, frame, only === undefined ? outputs : (outputs[only] ?? null), last);
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
  dropFrame(folding, frame);
  const { loop } = record;
  if (loop === null) return;
  while (loop.results.length < frame.index) loop.results.push(null);
  loop.results[frame.index] = result;
  loop.last = last ?? loop.last;
  loop.active -= 1;
  folding.observe?.({ step: stepId(parent.id, node.id), frame: parent, node, record });
  advanceLoop(folding, parent, node, record, loop);
}

function advanceLoop(folding: Fold, frame: Frame, node: PlanNode, record: Step, loop: LoopProgress): void {
  if (loop.total === null) {
    if (loop.active > 0) return;
    loop.checking = loop.next;
    return setStatus(folding, frame, node, record, "pending");
  }
  while (loop.next < loop.total && loop.active < loop.concurrency) openIteration(folding, frame, node, loop);
  if (loop.active > 0 || loop.next < loop.total || record.status !== "running") return;
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
