import { createHash, randomUUID } from "node:crypto";
import { BatonError } from "../engine/errors.ts";
import type { ChildRuns } from "../engine/ports/child-runs.ts";
import type { RunMailbox } from "../engine/ports/run-mailbox.ts";
import type { StepQueue } from "../engine/ports/step-queue.ts";
import type { RunJournal } from "../engine/ports/run-journal.ts";
import type { RunCommand } from "../engine/run/input.ts";
import type { CallbackAddress } from "./callback-addresses.ts";
import type { RunIdentity } from "./plans.ts";
import { signalInput } from "./signal-input.ts";

export type ChildCommand = Extract<RunCommand, { type: "start-child" | "cancel-child" }>;

interface FamilyPorts {
  children: ChildRuns;
  mailbox: Pick<RunMailbox, "post">;
  queue: Pick<StepQueue, "wake">;
  journal: Pick<RunJournal, "event">;
  admission: Admission;
  callbackAddress: Pick<CallbackAddress, "key">;
}

/** Whether the organisation may queue one more run. */
export interface Admission {
  /** @throws BatonError RUN_QUEUE_FULL */
  admit(orgId: string): Promise<void>;
}

/** Id of the run that an attempt of a sub-workflow step starts: the same whenever it is asked for, so that it is started once. */
export function childRunId(runId: string, step: string, attempt: number): string {
  const hash = createHash("sha256").update(`${runId}\n${step}\n${attempt}`).digest("hex");
  // A UUID of version 8, which is for such names of one's own making.
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/**
 * Starts the run of a sub-workflow, or tells it to stop. What a child runs stands in its parent's journal. "full": the organisation has as many
 * runs queued as it may, so the call stays owed.
 */
export async function dispatchChild(
  ports: FamilyPorts,
  run: RunIdentity,
  command: ChildCommand,
): Promise<"done" | "full"> {
  const { children, journal, queue } = ports;
  if (command.type === "cancel-child") {
    await announceSignals(ports, command.childId, run.priority);
    return "done";
  }
  const event = await journal.event(run.runId, command.seq);
  if (event?.type !== "child-started" || event.childId !== command.childId) return "done";
  if (!(await hasRoom(ports.admission, run.orgId))) return "full";
  const { step, childId, workflowId, version, depth, input } = event;
  const { orgId, priority } = run;
  const parent = { runId: run.runId, step, depth };
  const callbackKey = ports.callbackAddress.key(childId);
  const started = await children.start({
    id: childId,
    orgId,
    parent,
    workflowId,
    version,
    input,
    callbackKey,
    priority,
  });
  if (started === "started") await queue.wake(childId, priority);
  await announceSignals(ports, run.runId, priority); // a child that ended long ago, or one that could not be started
  return "done";
}

async function hasRoom(admission: Admission, orgId: string): Promise<boolean> {
  try {
    await admission.admit(orgId);
    return true;
  } catch (error) {
    if (error instanceof BatonError && error.code === "RUN_QUEUE_FULL") return false;
    throw error;
  }
}

/** A run is over: its parent goes on, and what it started itself stops, at once rather than with the next sweep. */
export async function announceEnd(ports: FamilyPorts, run: RunIdentity, completed: boolean): Promise<void> {
  const [parent, children] = await Promise.all([
    ports.children.parentOf(run.runId),
    completed ? [] : ports.children.openChildren(run.runId),
  ]);
  const family = [...(parent === null ? [] : [parent]), ...children];
  await Promise.all(family.map((runId) => announceSignals(ports, runId, run.priority)));
}

async function announceSignals(
  { children, mailbox, queue }: FamilyPorts,
  runId: string,
  priority: number,
): Promise<void> {
  const entries = (await children.waitingSignals(runId)).flatMap(({ id, kind, payload }) => {
    const input = signalInput(kind, payload);
    return input === null ? [] : [{ id: randomUUID(), input, signal: id }];
  });
  if (entries.length === 0) return;
  await mailbox.post(runId, entries);
  await queue.wake(runId, priority);
}
