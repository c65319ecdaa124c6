import { isNumbered } from "../run/control.ts";
import type { RunEvent } from "../run/event.ts";
import { apply, emptyState, fold } from "../run/fold.ts";
import type { RunCommand, RunInput } from "../run/input.ts";
import { outstanding } from "../run/outstanding.ts";
import type { RunState } from "../run/state.ts";
import { isRunEnded } from "../run/status.ts";
import { transition } from "../run/transition.ts";
import type { Plan } from "../workflow/plan.ts";
import { answerPreparation } from "./answers.ts";
import { calm, type ClusterResult, type FaultRates, type Schedule } from "./fault-rates.ts";
import type { Oracle } from "./oracle.ts";

interface Entry {
  id: number;
  input: RunInput;
  /** Index of the row it announces. */
  signal?: number;
  /** Job that waits to hear of it. */
  job?: Job;
}

interface Job {
  name: string;
  step: string;
  attempt: number;
  phase: "queued" | "starting" | "working" | "reporting";
  worker: number | null;
  claims: number;
}

interface Session {
  worker: number;
  state: RunState;
  inbox: Entry[];
  events: RunEvent[];
  commands: RunCommand[];
  fired: string[];
  turned: { entry: Entry; applied: boolean }[];
}

const base = 1_700_000_000_000;
const mostActions = 30_000;
/** After so many faults the world calms down, so that every run can end. */
const mostFaults = 60;

/**
 * Several workers, a journal with its fence, a Redis that may forget, a queue, timers, people and an outside world: all of them fake, one
 * action at a time, in an order and with faults drawn from `random`. The rules are those of workers/: what is acknowledged and when, what
 * is written before what, who takes over. The same numbers give the same schedule.
 */
export function runCluster(plan: Plan, oracle: Oracle, schedule: Schedule): ClusterResult {
  return new Cluster(plan, oracle, schedule).run();
}

class Cluster {
  readonly #plan: Plan;
  readonly #oracle: Oracle;
  readonly #schedule: Schedule;
  readonly #journal: RunEvent[] = [];
  readonly #timers = new Map<string, number>();
  readonly #approvals = new Map<string, string>();
  readonly #signals: { input: RunInput; applied: boolean }[] = [];
  readonly #effects = new Map<string, number>();
  readonly #skew: number[];
  readonly #sessions = new Map<number, Session>();
  readonly #struck: Record<keyof FaultRates, number> = { ...calm };
  /** What stands in Redis: hot state, mailbox, lease, jobs, wakes. */
  #hot: string | null = null;
  #mail: Entry[] = [];
  #lease: number | null = null;
  #jobs = new Map<string, Job>();
  #wakes: { recover: boolean }[] = [{ recover: false }];
  #now = base;
  #nextId = 1;
  #people: { after: number; input: RunInput }[];

  constructor(plan: Plan, oracle: Oracle, schedule: Schedule) {
    this.#plan = plan;
    this.#oracle = oracle;
    this.#schedule = schedule;
    this.#skew = Array.from({ length: schedule.workers ?? 2 }, () => 0);
    this.#people = [...(schedule.meanwhile ?? [])];
  }

  run(): ClusterResult {
    const by = { kind: "system" as const, id: null, label: "test" };
    const workflowId = "00000000-0000-4000-8000-000000000000";
    const first = { type: "run-queued" as const, input: {}, workflowId, version: 1, by, trigger: "api" as const };
    this.#journal.push({ ...first, seq: 1, at: base });
    let actions = 0;
    for (; !this.#isOver(); actions++) {
      if (actions > mostActions) throw new Error(`The run stands still: ${JSON.stringify(this.#journal.slice(-3))}`);
      this.#now += 1 + Math.floor(this.#schedule.random() * 40);
      this.#act();
    }
    return {
      journal: this.#journal,
      effects: this.#effects,
      struck: this.#struck,
      actions,
      openApprovals: this.#approvals.size,
    };
  }

  #isOver(): boolean {
    const last = this.#journal.at(-1);
    const ended = last?.type === "run-completed" || last?.type === "run-failed" || last?.type === "run-cancelled";
    return ended && this.#signals.every(({ applied }) => applied);
  }

  #strikes(fault: keyof FaultRates): boolean {
    const total = Object.values(this.#struck).reduce((sum, count) => sum + count, 0);
    if (total >= mostFaults || this.#schedule.random() >= this.#schedule.faults[fault]) return false;
    this.#struck[fault] += 1;
    return true;
  }

  #act(): void {
    if (this.#strikes("flush")) this.#flush();
    if (this.#strikes("expiry")) this.#lease = null;
    if (this.#strikes("clock")) this.#skew[this.#pick(this.#skew.length)] = (this.#schedule.random() - 0.5) * 1_800;
    const next = this.#people[0];
    if (next !== undefined && this.#journal.length >= next.after) {
      this.#people.shift();
      this.#signal(next.input);
    }
    const actions = this.#possible();
    if (actions.length === 0) {
      // Nothing happens by itself: time passes to the next timer, and the sweep looks at the run.
      const due = Math.min(...[...this.#timers].flatMap(([key, at]) => (key === "run-timeout" ? [] : [at])));
      if (Number.isFinite(due)) this.#now = Math.max(this.#now, due) + 1_000;
      this.#sweep();
      return;
    }
    actions[this.#pick(actions.length)]?.();
  }

  #pick(length: number): number {
    return Math.floor(this.#schedule.random() * length);
  }

  #possible(): (() => void)[] {
    const actions: (() => void)[] = [];
    for (const session of this.#sessions.values()) actions.push(() => this.#drain(session));
    if (this.#wakes.length > 0 && this.#lease === null) actions.push(() => this.#wake());
    for (const job of this.#jobs.values()) actions.push(() => this.#execute(job));
    for (const [id, step] of this.#approvals) actions.push(() => this.#decide(id, step));
    if (this.#schedule.random() < 0.02) actions.push(() => this.#sweep());
    return actions;
  }

  #flush(): void {
    this.#hot = null;
    this.#mail = [];
    this.#lease = null;
    this.#jobs = new Map();
    this.#wakes = [];
  }

  #post(entry: Omit<Entry, "id">): void {
    const posted = { ...entry, id: this.#nextId++ };
    this.#mail.push(posted);
    if (this.#strikes("duplicate")) this.#mail.push(structuredClone({ ...posted, job: undefined }) as Entry);
    this.#wakes.push({ recover: false });
  }

  /** A row first, then its announcement. */
  #signal(input: RunInput): void {
    const numbered = isNumbered(input) ? { ...input, signal: this.#signals.length + 1 } : input;
    this.#signals.push({ input: numbered, applied: false });
    this.#post({ input: structuredClone(numbered), signal: this.#signals.length - 1 });
  }

  /** What the sweep finds: due timers, signals nobody took in, a run that stands still. */
  #sweep(): void {
    for (const [key, due] of this.#timers) if (due <= this.#now) this.#post({ input: { type: "timer", key } });
    this.#signals.forEach(({ input, applied }, signal) => {
      if (!applied) this.#post({ input: structuredClone(input), signal });
    });
    this.#wakes.push({ recover: true });
  }

  #wake(): void {
    const worker = this.#pick(this.#skew.length);
    const wake = this.#wakes.shift();
    if (wake === undefined || this.#sessions.has(worker)) return;
    this.#lease = worker;
    const hot = this.#hot === null ? null : (JSON.parse(this.#hot) as RunState);
    const session: Session = {
      worker,
      state: hot ?? emptyState("run"),
      inbox: this.#mail.splice(0),
      events: [],
      commands: [],
      fired: [],
      turned: [],
    };
    this.#sessions.set(worker, session);
    if (hot === null || wake.recover) this.#load(session, true);
    else if (session.state.status === "queued") session.inbox.unshift({ id: this.#nextId++, input: { type: "start" } });
  }

  /** Folds in what the journal has beyond the state, and takes up what the run owes. */
  #load(session: Session, recover: boolean): void {
    for (const event of this.#journal.slice(session.state.seq)) {
      session.state = apply(this.#plan, session.state, structuredClone(event));
    }
    if (session.state.status === "queued") session.inbox.unshift({ id: this.#nextId++, input: { type: "start" } });
    else if (recover) this.#take(session, outstanding(this.#plan, session.state));
  }

  /** One move of a drainer: an input turned, an append, or letting go. */
  #drain(session: Session): void {
    const entry = session.inbox.shift();
    if (entry !== undefined) {
      this.#turn(session, entry);
      if (this.#schedule.random() < 0.6) return;
    }
    if (session.turned.length + session.events.length + session.commands.length > 0) return this.#append(session);
    if (session.inbox.length > 0) return;
    this.#settle(session);
  }

  #turn(session: Session, entry: Entry): void {
    const now = Math.round(this.#now + (this.#skew[session.worker] ?? 0));
    const turn = transition(this.#plan, session.state, entry.input, now);
    session.state = turn.state;
    session.events.push(...structuredClone(turn.events));
    if (entry.input.type === "timer") session.fired.push(entry.input.key);
    const applied = entry.input.type === "started" ? isWanted(session.state, entry.input) : turn.events.length > 0;
    session.turned.push({ entry, applied });
    this.#take(session, turn.commands);
  }

  /** Preparations are answered at once and turned before anything else; the rest waits for the append. */
  #take(session: Session, commands: RunCommand[]): void {
    const now = Math.round(this.#now + (this.#skew[session.worker] ?? 0));
    const answers: Entry[] = [];
    for (const command of commands) {
      if (command.type !== "prepare") session.commands.push(command);
      else {
        const input = answerPreparation(this.#plan, session.state, this.#oracle, now, command);
        answers.push({ id: this.#nextId++, input });
      }
    }
    session.inbox.unshift(...answers);
  }

  #append(session: Session): void {
    if (this.#strikes("crash")) return this.#kill(session.worker);
    if (this.#strikes("lostAppend")) return this.#giveUp(session);
    const after = session.state.seq - session.events.length;
    if (after !== this.#journal.length) {
      // The fence: somebody else appended first. Fold, and turn the same entries again on what is there.
      session.inbox = [...session.turned.map(({ entry }) => entry), ...session.inbox];
      Object.assign(session, { state: emptyState("run"), events: [], commands: [], fired: [], turned: [] });
      this.#load(session, true);
      return;
    }
    this.#journal.push(...session.events);
    for (const key of session.fired) this.#timers.delete(key);
    for (const command of session.commands) this.#record(command);
    for (const { entry } of session.turned) {
      const row = entry.signal === undefined ? undefined : this.#signals[entry.signal];
      if (row !== undefined) row.applied = true;
    }
    if (this.#strikes("crash")) return this.#kill(session.worker);
    if (this.#strikes("lateAppend")) return this.#giveUp(session);
    this.#announce(session);
  }

  /** Rows that are written with the events. */
  #record(command: RunCommand): void {
    if (command.type === "arm-timer") this.#timers.set(command.key, command.due);
    else if (command.type === "disarm-timer") this.#timers.delete(command.key);
    else if (command.type === "open-approval") this.#approvals.set(command.approvalId, command.step);
    else if (command.type === "close-approval") this.#approvals.delete(command.approvalId);
  }

  /** What may be done only after the append. */
  #announce(session: Session): void {
    const { commands, turned } = session;
    Object.assign(session, { events: [], commands: [], fired: [], turned: [] });
    for (const command of commands) {
      if (this.#strikes("crash")) return this.#kill(session.worker);
      if (command.type === "execute") this.#enqueue(command);
    }
    for (const { entry, applied } of turned) if (entry.job !== undefined) this.#heard(entry.job, entry, applied);
  }

  #enqueue({ step, attempt }: Extract<RunCommand, { type: "execute" }>): void {
    const name = `${step}#${attempt}`;
    if (!this.#jobs.has(name)) this.#jobs.set(name, { name, step, attempt, phase: "queued", worker: null, claims: 0 });
  }

  /** A person decides, once; the database keeps it. */
  #decide(approvalId: string, step: string): void {
    const decision = this.#oracle.port(step);
    const by = { kind: "user" as const, id: null, label: "Ada" };
    this.#approvals.delete(approvalId);
    this.#signal({
      type: "decided",
      step,
      decision: { approvalId, decision, comment: null, fields: {}, by, via: "app", expired: false },
    });
  }

  #settle(session: Session): void {
    if (this.#strikes("crash")) return this.#kill(session.worker);
    this.#sessions.delete(session.worker);
    if (this.#lease !== session.worker) return;
    this.#hot = isRunEnded(session.state.status) ? null : JSON.stringify(session.state);
    if (this.#mail.length > 0) this.#wakes.push({ recover: false });
    this.#lease = null;
  }

  /** Nobody knows what became of the append: the entries go back, and the state is let go. */
  #giveUp(session: Session): void {
    this.#sessions.delete(session.worker);
    this.#mail.unshift(...session.turned.map(({ entry }) => entry), ...session.inbox);
    if (this.#lease === session.worker) this.#lease = null;
    this.#wakes.push({ recover: true });
  }

  /** A dead worker's entries are gone, its lease ends, its jobs come again. */
  #kill(worker: number): void {
    this.#sessions.delete(worker);
    if (this.#lease === worker) this.#lease = null;
    for (const job of this.#jobs.values()) {
      if (job.worker === worker) Object.assign(job, { worker: null, phase: "queued" });
    }
  }

  /** One move of an executor. What it says is said again until it is heard. */
  #execute(job: Job): void {
    const { step, attempt } = job;
    switch (job.phase) {
      case "queued":
        job.worker = this.#pick(this.#skew.length);
        job.claims += 1;
        job.phase = "starting";
        return this.#post({
          input: { type: "started", step, attempt, worker: `w${job.worker}`, claim: job.claims },
          job,
        });
      case "working":
        if (this.#strikes("crash")) return this.#kill(job.worker ?? 0);
        this.#effects.set(job.name, (this.#effects.get(job.name) ?? 0) + 1);
        if (this.#strikes("crash")) return this.#kill(job.worker ?? 0);
        job.phase = "reporting";
        return this.#post({ input: this.#outcome(job), job });
      case "starting":
      case "reporting":
        if (this.#schedule.random() < 0.1) {
          const started: RunInput = { type: "started", step, attempt, worker: `w${job.worker}`, claim: job.claims };
          this.#post({ input: job.phase === "starting" ? started : this.#outcome(job), job });
        }
    }
  }

  #outcome({ step, attempt }: Job): RunInput {
    if (attempt > this.#oracle.failures(step)) {
      return { type: "succeeded", step, attempt, outcome: { output: { from: step } } };
    }
    const error = { code: "HTTP_FAILED" as const, message: "no answer", retryable: true };
    return { type: "failed", step, attempt, error };
  }

  #heard(job: Job, { input }: Entry, applied: boolean): void {
    if (this.#jobs.get(job.name) !== job) return;
    if (job.phase === "starting" && input.type === "started" && applied) job.phase = "working";
    else if (input.type === "started" ? job.phase === "starting" : job.phase === "reporting") {
      this.#jobs.delete(job.name);
      this.#wakes.push({ recover: true });
    }
  }
}

function isWanted(state: RunState, { step, attempt }: { step: string; attempt: number }): boolean {
  if (isRunEnded(state.status)) return false;
  const dot = step.lastIndexOf(".");
  const record = state.frames[dot < 0 ? "" : step.slice(0, dot)]?.steps[step.slice(dot + 1)];
  return record?.attempt === attempt && (record.status === "queued" || record.status === "running");
}

/** The state a cluster's journal folds to. */
export function stateOf(plan: Plan, { journal }: ClusterResult): RunState {
  return fold(plan, "run", structuredClone(journal));
}
