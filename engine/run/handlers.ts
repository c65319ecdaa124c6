import { isJsonObject, type Json } from "../json.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { EventOf } from "./event.ts";
import { appendItems, completeNow } from "./loop.ts";
import { matches, type ReceivedEvent } from "./listeners.ts";
import type { Frame, Listening, RunState, Step } from "./state.ts";
import { isStepEnded } from "./status.ts";
import { dropFrame, endStep, type Fold, framesOf, openContainer, takePorts } from "./step.ts";

/** Named limits: events held for a listener to come, and events remembered so that none counts twice. */
const mostKept = 1_000;
const mostHeard = 500;

/** A step begins to listen. Its container opens with it; events that were kept for it are heard at once. */
export function armHandlers(
  folding: Fold,
  frame: Frame,
  node: PlanNode,
  record: Step,
  event: EventOf<"handlers-armed">,
): void {
  const armed = event.handlers.map(({ key, due }, index): Listening => ({
    handler: index,
    event: node.handlers[index]?.event ?? null,
    key,
    due,
    fired: false,
  }));
  listen(folding, record, armed);
  if (node.behaviour === "parallel" || node.behaviour === "try") openContainer(folding, frame, node, record);
  for (const each of armed) {
    if (node.handlers[each.handler ?? -1]?.keep === true) hearKept(folding, frame, node, record, each);
  }
}

/** Adds to what a step listens for. */
export function listen(folding: Fold, record: Step, more: Listening[]): void {
  record.listening = [...(record.listening ?? []), ...more];
  folding.state.listenersChanged = (folding.state.listenersChanged ?? 0) + 1;
}

/** An event that came before this listener goes to it: the oldest one that fits. */
export function hearKept(folding: Fold, frame: Frame, node: PlanNode, record: Step, listening: Listening): void {
  const { kept } = folding.state;
  if (kept === undefined || listening.event === null || isStepEnded(record.status)) return;
  const at = kept.findIndex((event) => matches({ name: listening.event ?? "", key: listening.key }, event));
  const [event] = at < 0 ? [] : kept.splice(at, 1);
  if (event !== undefined) fire(folding, frame, node, record, listening, event.payload);
}

interface Found {
  frame: Frame;
  node: PlanNode;
  record: Step;
  listening: Listening;
}

/** Who in the run hears an event of this name and key now. */
export function hearers(plan: Fold["plan"], state: RunState, event: Pick<ReceivedEvent, "name" | "key">): Found[] {
  const found: Found[] = [];
  for (const frame of Object.values(state.frames)) {
    for (const [id, record] of Object.entries(frame.steps)) {
      if (record.listening === undefined || isStepEnded(record.status)) continue;
      const node = plan.nodes.get(id);
      for (const listening of record.listening) {
        if (node === undefined || listening.event === null || listening.fired) continue;
        if (matches({ name: listening.event, key: listening.key }, event))
          found.push({ frame, node, record, listening });
      }
    }
  }
  return found;
}

/** True where the event means something to the run: it is new, and somebody listens or it is kept. */
export function isHeard(plan: Fold["plan"], state: RunState, event: ReceivedEvent): boolean {
  if (state.heard?.includes(event.id) === true) return false;
  return plan.keeps.includes(event.name) || hearers(plan, state, event).length > 0;
}

/** An event reaches all who listen for it; where nobody does, it may be kept. */
export function hear(folding: Fold, event: ReceivedEvent): void {
  const { plan, state } = folding;
  if (event.id !== "") {
    (state.heard ??= []).push(event.id);
    if (state.heard.length > mostHeard) state.heard.shift();
  }
  const found = hearers(plan, state, event);
  for (const { frame, node, record, listening } of found) {
    // One that heard it first may have ended the others.
    if (state.frames[frame.id] !== frame || isStepEnded(record.status) || listening.fired) continue;
    fire(folding, frame, node, record, listening, event.payload);
  }
  if (found.length > 0 || !plan.keeps.includes(event.name)) return;
  (state.kept ??= []).push(event);
  if (state.kept.length > mostKept) state.kept.shift();
}

/** A handler of a step fires: items for a loop, its port, the step's end. The wait itself ends with what came. */
export function fire(
  folding: Fold,
  frame: Frame,
  node: PlanNode,
  record: Step,
  listening: Listening,
  payload: Json,
): void {
  const handler = listening.handler === null ? null : node.handlers[listening.handler];
  if (handler === null) {
    listening.fired = true;
    record.due = null;
    return endStep(folding, frame, node, record, "completed", node.defaultPorts, payload);
  }
  if (handler === undefined) return;
  const repeats = (handler.append || handler.close) && !handler.interrupt && handler.port === null;
  if (!repeats) {
    listening.fired = true;
    folding.state.listenersChanged = (folding.state.listenersChanged ?? 0) + 1;
  }
  if (handler.port !== null) (record.handled ??= {})[handler.port] = payload;
  if (handler.append || handler.close)
    appendItems(folding, frame, node, record, handler.append ? [payload] : [], handler.close);
  if (isStepEnded(record.status)) return;
  if (handler.close && handler.interrupt) {
    if (handler.port !== null) takePorts(folding, frame, node, [handler.port]);
    return completeNow(folding, frame, node, record);
  }
  if (!handler.interrupt) return handler.port === null ? undefined : takePorts(folding, frame, node, [handler.port]);
  for (const inner of framesOf(folding.state, frame, node)) dropFrame(folding, inner);
  record.due = null;
  endStep(folding, frame, node, record, "cancelled", handler.port === null ? [] : [handler.port]);
}

/** What a completed step told the run: items for a loop around or beside it, an event for its listeners. */
export function tell(folding: Fold, frame: Frame, event: EventOf<"step-completed">): void {
  if (event.append !== undefined) {
    const { loop, items, close } = event.append;
    const found = loopInReach(folding.state, frame, loop);
    const node = folding.plan.nodes.get(loop);
    if (found !== null && node !== undefined) appendItems(folding, found.frame, node, found.record, items, close);
  }
  if (event.emitted !== undefined) hear(folding, { id: "", ...event.emitted });
}

/** The step of a loop that runs in this frame or in one around it; null when none does. */
export function loopInReach(state: RunState, frame: Frame, loop: string): { frame: Frame; record: Step } | null {
  for (let current: Frame | undefined = frame; current !== undefined;) {
    const record = current.steps[loop];
    if (record !== undefined)
      return record.loop === null || isStepEnded(record.status) ? null : { frame: current, record };
    current = current.parent === null ? undefined : state.frames[current.parent];
  }
  return null;
}

/** Payload of a handler's timer: when it fired, as an event would tell. */
export function timePayload(due: number): Json {
  return { due };
}

/** What a handler's port brought, where `source` took it; undefined for an ordinary port. */
export function handledValue(record: Step | undefined, port: string): Json | undefined {
  return isJsonObject(record?.handled) && Object.hasOwn(record.handled, port) ? record.handled[port] : undefined;
}
