import { createHash, randomUUID } from "node:crypto";
import type { ChildRuns } from "../engine/ports/child-runs.ts";
import type { RunMailbox } from "../engine/ports/run-mailbox.ts";
import type { StepQueue } from "../engine/ports/step-queue.ts";
import type { RunJournal } from "../engine/ports/run-journal.ts";
import type { RunCommand } from "../engine/run/input.ts";
import type { RunIdentity } from "./plans.ts";
import { signalInput } from "./signal-input.ts";

export type ChildCommand = Extract<RunCommand, { type: "start-child" | "cancel-child" }>;

interface FamilyPorts {
  children: ChildRuns;
  mailbox: Pick<RunMailbox, "post">;
  queue: Pick<StepQueue, "wake">;
  journal: Pick<RunJournal, "event">;
}

/** Id of the run that an attempt of a sub-workflow step starts: the same whenever it is asked for, so that it is started once. */
export function childRunId(runId: string, step: string, attempt: number): string {
  const hash = createHash("sha256").update(`${runId}\n${step}\n${attempt}`).digest("hex");
  // A UUID of version 8, which is for such names of one's own making.
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Starts or stops the run of a sub-workflow. What a child runs stands in its parent's journal. */
export async function dispatchChild(ports: FamilyPorts, run: RunIdentity, command: ChildCommand): Promise<void> {
  const { children, journal, queue } = ports;
  if (command.type === "cancel-child") {
    await children.cancel(command.childId, run.runId);
    return announceSignals(ports, command.childId, run.priority);
  }
  const event = await journal.event(run.runId, command.seq);
  if (event?.type !== "child-started" || event.childId !== command.childId) return;
  const { step, childId, workflowId, version, depth, input } = event;
  const { orgId, priority } = run;
  const parent = { runId: run.runId, step, depth };
  const started = await children.start({ id: childId, orgId, parent, workflowId, version, input, priority });
  if (started === "started") await queue.wake(childId, priority);
  await announceSignals(ports, run.runId, priority); // a child that ended long ago, or one that could not be started
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
