import type { Json } from "../json.ts";
import type { RunEvent } from "../run/event.ts";
import { emptyState, fold } from "../run/fold.ts";
import type { RunCommand, RunInput } from "../run/input.ts";
import { hearers } from "../run/handlers.ts";
import { listeners } from "../run/listeners.ts";
import { isRunEnded } from "../run/status.ts";
import { outstanding } from "../run/outstanding.ts";
import type { RunState } from "../run/state.ts";
import { transition } from "../run/transition.ts";
import type { Plan } from "../workflow/plan.ts";
import { answerPreparation } from "./answers.ts";
import type { Oracle } from "./oracle.ts";

export interface Simulation {
  events: RunEvent[];
  state: RunState;
  /** Largest number of effects at work at once. */
  mostWorking: number;
  /** Executions begun of each attempt: more than one only after a crash or a repeated delivery. */
  executions: Map<string, number>;
}

export interface SimulationOptions {
  /** Numbers in [0, 1): decides the order of the world's answers, repeats and crashes. */
  random: () => number;
  /** Chance that an answer comes twice. */
  repeats?: number;
  /** Chance, at each answer, that the worker dies: all that is not in the journal is forgotten. */
  crashes?: number;
  input?: Json;
  /** A journal to go on from. */
  from?: RunEvent[];
  /** Inputs given when the run has taken this many answers. */
  meanwhile?: Map<number, RunInput>;
  /** A world in which a failed run is retried, once: nothing fails in it. */
  healed?: Oracle;
}

const base = 1_700_000_000_000;

/** Drives a run with a fake world that answers in random order, repeats itself and loses its memory. */
export function simulate(plan: Plan, oracle: Oracle, options: SimulationOptions): Simulation {
  return new World(plan, oracle, options).run();
}

class World {
  private readonly events: RunEvent[] = [];
  private readonly executions = new Map<string, number>();
  private readonly decided = new Map<string, RunInput>();
  private readonly plan: Plan;
  private oracle: Oracle;
  private readonly options: SimulationOptions;
  private waiting: RunInput[] = [];
  private state: RunState = emptyState("run");
  private now = base;
  private mostWorking = 0;
  private spokenEvents = 0;

  constructor(plan: Plan, oracle: Oracle, options: SimulationOptions) {
    this.plan = plan;
    this.oracle = oracle;
    this.options = options;
  }

  run(): Simulation {
    const by = { kind: "system" as const, id: null, label: "test" };
    const queued: RunEvent = {
      type: "run-queued",
      input: this.options.input ?? {},
      workflowId: "00000000-0000-4000-8000-000000000000",
      version: 1,
      by,
      trigger: "api",
      seq: 1,
      at: this.now,
    };
    this.events.push(...structuredClone(this.options.from ?? [queued]));
    this.crash();
    for (let answers = 0; this.waiting.length > 0 || this.retried() || this.spoken(); answers++) {
      if (answers > 50_000) throw new Error("the run does not end");
      const meanwhile = this.options.meanwhile?.get(answers);
      if (meanwhile !== undefined) this.give(meanwhile);
      if (this.options.random() < (this.options.crashes ?? 0)) this.crash();
      const at = Math.floor(this.options.random() * this.waiting.length);
      const [input] = this.waiting.splice(at, 1);
      if (input === undefined) continue;
      this.give(input);
      if (this.options.random() < (this.options.repeats ?? 0)) this.give(structuredClone(input));
    }
    return { events: this.events, state: this.state, mostWorking: this.mostWorking, executions: this.executions };
  }

  /** When nothing is left to say and the run failed, somebody retries it in a better world. */
  private retried(): boolean {
    if (this.options.healed === undefined || this.oracle === this.options.healed || this.state.status !== "failed")
      return false;
    this.oracle = this.options.healed;
    const retry: RunInput = { type: "retry", by: { kind: "user", id: null, label: "Ada" }, from: null };
    this.decided.set("retry", retry);
    this.waiting = [retry];
    return true;
  }

  /** When nothing is left to say but somebody listens, what they wait for happens. */
  private spoken(): boolean {
    const heard = isRunEnded(this.state.status) ? [] : listeners(this.plan, this.state);
    const live = heard.filter(
      (listener) => hearers(this.plan, this.state, { name: listener.name, key: "" }).length > 0,
    );
    const next = live[Math.floor(this.options.random() * live.length)];
    if (next === undefined) return false;
    this.spokenEvents += 1;
    this.waiting = [
      {
        type: "event-received",
        id: `event-${this.spokenEvents}`,
        name: next.name,
        key: "",
        payload: this.spokenEvents,
      },
    ];
    return true;
  }

  private give(input: RunInput): void {
    this.now += 7;
    const turn = transition(this.plan, this.state, input, this.now);
    this.state = turn.state;
    this.events.push(...structuredClone(turn.events));
    this.mostWorking = Math.max(this.mostWorking, this.state.working);
    for (const command of turn.commands) this.obey(command);
  }

  /** The journal is all that is left; people's decisions stand in rows of their own. */
  private crash(): void {
    this.state = fold(this.plan, "run", structuredClone(this.events));
    this.waiting = this.state.status === "queued" ? [{ type: "start" }] : [];
    for (const command of outstanding(this.plan, this.state)) this.obey(command);
    this.waiting.push(...this.decided.values());
  }

  private obey(command: RunCommand): void {
    switch (command.type) {
      case "prepare":
        return void this.waiting.push(answerPreparation(this.plan, this.state, this.oracle, this.now, command));
      case "execute":
        return void this.waiting.push(...this.execute(command));
      case "arm-timer":
        if (command.key !== "run-timeout") this.waiting.push({ type: "timer", key: command.key });
        return;
      case "open-approval": {
        const decision = this.decisionOn(command);
        const by = { kind: "user" as const, id: null, label: "Ada" };
        const { step, approvalId } = command;
        const decided: RunInput = {
          type: "decided",
          step,
          decision: { approvalId, decision, comment: null, fields: {}, by, via: "app", expired: false },
        };
        this.decided.set(approvalId, decided);
        return void this.waiting.push(decided);
      }
      case "start-child": {
        const { step, childId } = command;
        const failed = this.oracle.failures(step) > 0;
        const error = { code: "HTTP_FAILED" as const, message: "no answer", retryable: false };
        const cost = { costUsd: 0.25, inputTokens: 1, outputTokens: 1, demo: false };
        const end = { status: failed ? ("failed" as const) : ("completed" as const), error: failed ? error : null };
        return void this.waiting.push({ type: "child-ended", step, childId, output: { of: step }, ...end, ...cost });
      }
      default:
        return;
    }
  }

  /** A question about a failed step is answered for good: trying again would fail again in this world. */
  private decisionOn({ step, request }: Extract<RunCommand, { type: "open-approval" }>): string {
    if (!request.options.some(({ id }) => id === "retry")) return this.oracle.port(step);
    return ["skip", "value", "fail"][this.oracle.items(step) % 3] ?? "skip";
  }

  private execute({ step, attempt }: Extract<RunCommand, { type: "execute" }>): RunInput[] {
    const name = `${step}#${attempt}`;
    this.executions.set(name, (this.executions.get(name) ?? 0) + 1);
    const started: RunInput = { type: "started", step, attempt, worker: "w", claim: this.executions.get(name) ?? 1 };
    if (attempt <= this.oracle.failures(step)) {
      const error = { code: "HTTP_FAILED" as const, message: "no answer", retryable: true };
      return [started, { type: "failed", step, attempt, error }];
    }
    return [started, { type: "succeeded", step, attempt, outcome: { output: { from: step } } }];
  }
}
