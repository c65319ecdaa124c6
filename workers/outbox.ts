import type { JournalBatch, Artifact, OpenApproval, RunPatch } from "../engine/ports/run-journal.ts";
import type { MailEntry } from "../engine/ports/run-mailbox.ts";
import type { RunEvent } from "../engine/run/event.ts";
import type { RunCommand } from "../engine/run/input.ts";
import { listeners } from "../engine/run/listeners.ts";
import type { RunState } from "../engine/run/state.ts";
import { isRunEnded } from "../engine/run/status.ts";
import type { KeepArtifact } from "../engine/run/artifact.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { apart } from "./artifacts.ts";

export type OutsideCommand =
  | Extract<RunCommand, { type: "abort" | "start-child" | "cancel-child" }>
  /** owed: it was handed out before, to a worker that may have died of it. */
  | (Extract<RunCommand, { type: "execute" }> & { owed?: boolean });

/** An entry that was turned, and whether it meant anything to the run. */
export interface TurnedEntry {
  entry: MailEntry;
  applied: boolean;
}

/** What was turned since the last append was sent off: one append's worth, with what is to be done once it is in. */
export interface Turned {
  batch: JournalBatch;
  entries: TurnedEntry[];
  commands: OutsideCommand[];
  status: RunState["status"];
  /** Epoch ms of the run's begin. */
  queuedAt: number;
  /** True where the run was started by another one, or may have started some. */
  family: boolean;
  /** False when there is nothing to write: only inputs that no longer apply. */
  writes: boolean;
}

/** What of a run's row the journal has been told. */
interface Reported {
  status: RunState["status"];
  costUsd: number;
  inputTokens: number;
  outputTokens: number;
  listenersChanged: number;
}

/** Runs of sub-workflows that one append calls, and calls off. */
class Calls {
  readonly open = new Set<string>();
  readonly close = new Set<string>();

  get isEmpty(): boolean {
    return this.open.size + this.close.size === 0;
  }

  lists(): { open: string[]; close: string[] } {
    return { open: [...this.open], close: [...this.close] };
  }
}

/** Gathers the results of turns until they are sent off. */
export class Outbox {
  readonly #plan: Plan;
  readonly #mayCall: boolean;
  #reported: Reported;
  #afterSeq: number;
  #events: RunEvent[] = [];
  #entries: TurnedEntry[] = [];
  #commands: OutsideCommand[] = [];
  /** By key: when it is due, or null to disarm it. */
  #timers = new Map<string, number | null>();
  #open: OpenApproval[] = [];
  #close = new Set<string>();
  #signals: number[] = [];
  #calls = new Calls();
  /** By id. */
  #artifacts = new Map<string, Artifact>();
  #since = 0;

  constructor(plan: Plan, state: RunState) {
    this.#plan = plan;
    this.#mayCall = [...plan.nodes.values()].some((node) => node.behaviour === "call");
    this.#afterSeq = state.seq;
    this.#reported = report(state);
  }

  get isEmpty(): boolean {
    return this.#events.length === 0 && this.#entries.length === 0 && this.#commands.length === 0;
  }

  /** True when somebody outside waits for what is in here: a step to be executed, a person, an executor. */
  get isAwaited(): boolean {
    return this.#commands.length > 0 || this.#open.length > 0 || this.#entries.some(({ entry }) => entry.replyTo);
  }

  get entries(): readonly TurnedEntry[] {
    return this.#entries;
  }

  /** Values of the events in here that are too large to travel inline. */
  get artifacts(): Artifact[] {
    return [...this.#artifacts.values()];
  }

  get eventCount(): number {
    return this.#events.length;
  }

  /** How long the oldest event in here has been waiting, in ms. */
  ageMs(): number {
    return this.#events.length === 0 ? 0 : performance.now() - this.#since;
  }

  /** Takes in what is too large to travel inline, and gives what stands for it; any other value as it is. */
  readonly keep: KeepArtifact = (value) => {
    const parted = apart(value);
    if (parted === null) return value;
    this.#artifacts.set(parted.kept.id, parted.kept);
    return { ...parted.stands };
  };

  addEvents(events: RunEvent[]): void {
    if (this.#events.length === 0) this.#since = performance.now();
    for (const event of events) {
      this.#events.push(event);
      if (event.type === "child-started") this.#calls.open.add(event.childId);
    }
  }

  addEntry(entry: MailEntry, applied: boolean): void {
    this.#entries.push({ entry, applied });
    if (entry.signal !== undefined) this.#signals.push(entry.signal);
  }

  /** A timer that fired: its row goes, unless this very turn arms it again or it came before its time, `due`. */
  timerFired(key: string, due: number | null): void {
    this.#timers.set(key, due);
  }

  /** @param owed the run owed it before this turn */
  addCommand(command: Exclude<RunCommand, { type: "prepare" }>, owed = false): void {
    switch (command.type) {
      case "cancel-child":
        // Called and called off in one append: it is never started, and nobody is to be told.
        if (this.#calls.open.delete(command.childId)) return;
        this.#calls.close.add(command.childId);
        this.#commands.push(command);
        return;
      case "execute":
        this.#commands.push(owed ? { ...command, owed } : command);
        return;
      case "abort":
      case "start-child":
        this.#commands.push(command);
        return;
      case "arm-timer":
        this.#timers.set(command.key, command.due);
        return;
      case "disarm-timer":
        this.#timers.set(command.key, null);
        return;
      case "open-approval":
        this.#open.push({
          id: command.approvalId,
          nodeId: command.node,
          stepId: command.step,
          request: command.request,
          deadline: command.deadline,
          irreversible: this.#plan.nodes.get(command.node)?.irreversible ?? false,
        });
        return;
      case "close-approval": {
        // Asked and called off before anybody could see it: nobody is to be asked.
        const asked = this.#open.findIndex(({ stepId }) => stepId === command.step);
        if (asked >= 0) this.#open.splice(asked, 1);
        else this.#close.add(command.step);
      }
    }
  }

  /** Takes everything out, as one append after the events that went before. `state` has all of it folded in. */
  take(state: RunState): Turned {
    const timers = [...this.#timers];
    const batch: JournalBatch = {
      runId: state.runId,
      afterSeq: this.#afterSeq,
      events: this.#events,
      patch: this.#patch(state),
      timers: {
        arm: timers.flatMap(([key, dueAt]) => (dueAt === null ? [] : [{ key, dueAt }])),
        disarm: timers.flatMap(([key, dueAt]) => (dueAt === null ? [key] : [])),
      },
      approvals: { open: this.#open, close: [...this.#close].map((stepId) => ({ stepId, status: "cancelled" })) },
      ...(this.#listenersChanged(state) ? { listeners: listeners(this.#plan, state) } : {}),
      ...(this.#calls.isEmpty ? {} : { calls: this.#calls.lists() }),
      ...(this.#artifacts.size === 0 ? {} : { artifacts: this.artifacts }),
      signals: this.#signals,
    };
    const turned: Turned = {
      batch,
      entries: this.#entries,
      commands: this.#commands,
      status: state.status,
      queuedAt: state.queuedAt,
      family: (state.depth ?? 0) > 0 || this.#mayCall,
      writes: batch.events.length > 0 || timers.length > 0 || batch.signals.length > 0,
    };
    this.#afterSeq += batch.events.length;
    this.#reported = report(state);
    this.#events = [];
    this.#entries = [];
    this.#commands = [];
    this.#timers = new Map();
    this.#open = [];
    this.#close = new Set();
    this.#signals = [];
    this.#calls = new Calls();
    this.#artifacts = new Map();
    return turned;
  }

  /** What a run listens for is written with the very append that makes it live. One that keeps early events does from its start. */
  #listenersChanged(state: RunState): boolean {
    const before = this.#reported;
    if ((state.listenersChanged ?? 0) !== before.listenersChanged) return true;
    if (isRunEnded(state.status) !== isRunEnded(before.status))
      return before.listenersChanged > 0 || this.#plan.keeps.length > 0;
    return before.status === "queued" && state.status !== "queued" && this.#plan.keeps.length > 0;
  }

  /** The columns of the run's row which these events changed. */
  #patch(state: RunState): RunPatch {
    const patch: RunPatch = {};
    const before = this.#reported;
    if (state.status !== before.status) patch.status = state.status;
    if (state.costUsd !== before.costUsd) patch.costUsd = state.costUsd;
    if (state.inputTokens !== before.inputTokens) patch.inputTokens = state.inputTokens;
    if (state.outputTokens !== before.outputTokens) patch.outputTokens = state.outputTokens;
    for (const event of this.#events) patchFor(event, patch);
    if (isRunEnded(state.status) && patch.endedAt !== undefined && state.error !== null) patch.error = state.error;
    return patch;
  }
}

function patchFor(event: RunEvent, patch: RunPatch): void {
  switch (event.type) {
    case "run-started":
      patch.startedAt = event.at;
      return;
    case "run-completed":
      patch.endedAt = event.at;
      patch.output = event.output;
      return;
    case "run-failed":
      patch.endedAt = event.at;
      patch.error = event.error;
      return;
    case "run-cancelled":
      patch.endedAt = event.at;
      return;
    case "run-retried":
      patch.endedAt = null;
      patch.error = null;
      return;
    case "step-completed":
    case "step-failed":
      if (event.usage?.some(({ demo }) => demo)) patch.modelLabel = "demo";
      return;
    default:
  }
}

function report({ status, costUsd, inputTokens, outputTokens, listenersChanged }: RunState): Reported {
  return { status, costUsd, inputTokens, outputTokens, listenersChanged: listenersChanged ?? 0 };
}
