import { isRunEnded } from "../engine/run/status.ts";
import type { Artifact } from "../engine/ports/run-journal.ts";
import type { StepJob } from "../engine/ports/step-queue.ts";
import { reachHoldPoint } from "./faults/hold-point.ts";
import { announceEnd, type ChildCommand, dispatchChild } from "./child-run.ts";
import type { Artifacts } from "./artifacts.ts";
import type { OutsideCommand, Turned, TurnedEntry } from "./outbox.ts";
import type { CarriedSteps, QueuedStep } from "./carried-steps.ts";
import type { RunIdentity } from "./plans.ts";
import type { RecentSteps } from "./recent-steps.ts";
import type { WorkerPorts } from "./ports.ts";

/** What the drainer does for its sessions once something is in the journal. */
export interface CommitHooks {
  /** These entries are in the journal (or mean nothing to the run any more). */
  acknowledge(entries: TurnedEntry[]): void;
  armTimer(runId: string, key: string, due: number): void;
  disarmTimer(runId: string, key: string): void;
  carried: CarriedSteps;
  /** Values of runs that are too large to travel inline. */
  artifacts: Artifacts;
  recent: RecentSteps;
  /** A step's begin is turned, of the entry of that id. `again`: the attempt had been begun before. */
  begun(entryId: string, again: boolean): void;
  /** What the run owes could not all be done for want of room: it is to be looked at soon. */
  lookAgain(runId: string): void;
}

/** Appends what one session turned, one append at a time, and does what may be done only after that. */
export interface Committer {
  /** True when the next append may be sent. */
  isFree(): boolean;
  /** True when nothing is in flight and nothing was refused. */
  isIdle(): boolean;
  commit(turned: Turned): void;
  /** Resolves when the append in flight is answered. Rejects when nobody knows what became of it. */
  settled(): Promise<void>;
  /** Resolves when all commands so far are handed over. */
  dispatched(): Promise<void>;
  /** True when an append was refused: the state must be loaded again. */
  refused(): boolean;
  /** True when the refusal was that there is no such run. */
  isMissing(): boolean;
  /** Values sent off and not known to be in the journal. */
  artifacts(): readonly Artifact[];
  /** Entries sent off and not known to be in the journal. */
  unfinished(): TurnedEntry[];
}

export function createCommitter(ports: WorkerPorts, hooks: CommitHooks, identity: RunIdentity): Committer {
  let inFlight: Promise<void> | null = null;
  let sent: Turned | null = null;
  let verdict: "fenced" | "missing" | null = null;
  let failure: { error: unknown } | null = null;
  const dispatching = new Set<Promise<void>>();

  const append = async (turned: Turned): Promise<void> => {
    reachHoldPoint("before-append");
    const result = await ports.journal.append(turned.batch);
    if (result !== "appended") {
      verdict = result;
      return;
    }
    reachHoldPoint("after-append");
    announce(turned);
  };

  /** Those it concerns have their signals since the append; what fails here they hear from the sweep. */
  const tellFamily = (completed: boolean): void => {
    announceEnd(ports, identity, completed).catch((error: unknown) => {
      ports.log.debug({ runId: identity.runId, error: String(error) }, "a run's end is told by the sweep");
    });
  };

  const announce = (turned: Turned): void => {
    sent = null;
    const { batch, commands, entries, status } = turned;
    for (const { key, dueAt } of batch.timers.arm) hooks.armTimer(identity.runId, key, dueAt);
    for (const key of batch.timers.disarm) hooks.disarmTimer(identity.runId, key);
    if (commands.length > 0) {
      hooks.recent.written(identity.runId, batch.events);
      reachHoldPoint("before-dispatch");
      const dispatch = dispatchCommands(ports, hooks, identity, commands).finally(() => dispatching.delete(dispatch));
      dispatching.add(dispatch);
    }
    if (batch.events.length > 0) ports.broadcaster.events(identity, batch.events, status);
    if (batch.patch.status !== undefined && isRunEnded(status)) {
      ports.ends.announce(identity.runId);
      ports.tracer.ended({ runId: identity.runId, status, from: turned.queuedAt, to: ports.clock.now() });
      if (turned.family) tellFamily(status === "completed");
      ports.sandbox.release(identity.runId);
    }
    hooks.acknowledge(entries);
  };

  return {
    isFree: () => inFlight === null && verdict === null && failure === null,
    isIdle: () => inFlight === null && verdict === null && failure === null,
    commit(turned) {
      sent = turned;
      if (!turned.writes) {
        announce(turned);
        return;
      }
      inFlight = append(turned)
        .catch((error: unknown) => {
          failure = { error };
        })
        .finally(() => {
          inFlight = null;
        });
    },
    async settled() {
      await inFlight;
      if (failure !== null) throw failure.error;
    },
    async dispatched() {
      if (dispatching.size > 0) await Promise.all(dispatching);
    },
    refused: () => verdict !== null,
    isMissing: () => verdict === "missing",
    artifacts: () => sent?.batch.artifacts ?? [],
    unfinished: () => sent?.entries ?? [],
  };
}

/** Hands commands over. What fails here is owed still, and the sweep hands it over again. */
async function dispatchCommands(
  ports: WorkerPorts,
  hooks: CommitHooks,
  run: RunIdentity,
  commands: OutsideCommand[],
): Promise<void> {
  const steps: { step: QueuedStep; owed: boolean }[] = [];
  const aborts: string[] = [];
  const children: ChildCommand[] = [];
  for (const command of commands) {
    if (command.type === "abort") aborts.push(...command.steps);
    else if (command.type === "start-child" || command.type === "cancel-child") children.push(command);
    else {
      const { priority, orgId, runId } = run;
      const step = { job: stepJob(runId, command), priority, rank: command.priority, orgId };
      steps.push({ step, owed: command.owed === true });
    }
  }
  // The longest way to go first. At once, before those hear of the append whose slots are to go on. What is handed out again goes through
  // the queue, which counts the workers that die with it.
  const jobs = steps
    .toSorted((a, b) => b.step.rank - a.step.rank)
    .flatMap(({ step, owed }) => {
      const isHere = hooks.carried.has(step.job) || (!owed && hooks.carried.offer(step));
      return isHere ? [] : [step];
    });
  try {
    const calling = Promise.all(children.map((command) => dispatchChild(ports, run, command)));
    await Promise.all([
      jobs.length > 0 ? ports.queue.enqueue(jobs) : undefined,
      aborts.length > 0 ? ports.control.abort(run.runId, aborts) : undefined,
      calling,
    ]);
    if ((await calling).includes("full")) hooks.lookAgain(run.runId);
  } catch (error) {
    const unsent = [...jobs.map(({ job }) => job.stepId), ...aborts];
    ports.log.warn({ runId: run.runId, steps: unsent, error: String(error) }, "commands wait for the next sweep");
  }
}

function stepJob(runId: string, command: Extract<OutsideCommand, { type: "execute" }>): StepJob {
  const { step, node, attempt, seq } = command;
  return { runId, stepId: step, nodeId: node, attempt, seq };
}
