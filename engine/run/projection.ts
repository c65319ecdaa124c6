import type { ErrorRecord } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { LogLine, RunEvent, Usage } from "./event.ts";
import { apply, emptyState } from "./fold.ts";
import type { Frame, RunState, Step } from "./state.ts";
import { isStepEnded, type RunStatus, type StepStatus } from "./status.ts";
import type { NamedStep } from "./step.ts";

/** What is known of a run itself, without its steps. Times are epoch ms. */
export interface RunFacts {
  runId: string;
  status: RunStatus;
  input: Json;
  output: Json;
  error: ErrorRecord | null;
  errorStep: string | null;
  costUsd: number;
  inputTokens: number;
  outputTokens: number;
  /** True where the offline demo model answered. */
  demo: boolean;
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  seq: number;
}

/** A run as people see it. */
export interface RunView extends RunFacts {
  /** In the order in which they came up: a step keeps its place. */
  steps: StepView[];
}

/** What one event did to one step: at which place of the view it stands, and how it was before; undefined when it came up. */
export interface StepChange {
  place: number;
  before: StepView | undefined;
  after: StepView;
}

export interface StepView {
  step: string;
  node: string;
  frame: string;
  name: string;
  type: string;
  status: StepStatus;
  attempt: number;
  maxAttempts: number;
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  /** When the next attempt is due; null when none is. */
  retryAt: number | null;
  /** When the step's wait or its approval's deadline is over. */
  waitsUntil: number | null;
  error: ErrorRecord | null;
  input: Json;
  output: Json;
  usage: Usage[];
  logs: LogLine[];
  attempts: AttemptView[];
  approvalId: string | null;
  /** Container the step stands in, and which of its executions. */
  container: string | null;
  index: number | null;
  /** Run that a sub-workflow step started last. */
  childRunId: string | null;
  /** What the step listens for now: events with their key, and times (epoch ms), with the port each takes. */
  listening: { event: string | null; key: string | null; due: number | null; port: string | null }[];
  /** Loops only. */
  progress: { done: number; total: number | null } | null;
}

export interface AttemptView {
  attempt: number;
  startedAt: number;
  endedAt: number | null;
  error: ErrorRecord | null;
}

export interface Projection {
  /** Folds the next event in and tells which steps it changed. Throws INTERNAL when it is not the next one. */
  apply(event: RunEvent): StepChange[];
  /** The run's own fields now, cheap with any number of steps. */
  facts(): RunFacts;
  /** The view now: a new object at each call, the same steps where nothing changed. */
  view(): RunView;
  readonly seq: number;
}

/** A fold that keeps what the state lets go: times, attempts, inputs, the insides of ended iterations. */
export function createProjection(plan: Plan, runId: string): Projection {
  let state = emptyState(runId);
  const steps = new StepList();
  const times: Times = { queuedAt: null, startedAt: null, endedAt: null, demo: false };
  return {
    get seq() {
      return state.seq;
    },
    apply(event) {
      state = apply(plan, state, event, (change) => noteChange(steps.open(change, event.at), change, event.at));
      runTimes(times, event);
      noteEvent(steps, event);
      return steps.takeChanges();
    },
    facts: () => runFacts(state, times),
    view: () => ({ ...runFacts(state, times), steps: steps.all() }),
  };
}

/** The steps that have come up, in that order. Those that the present event changes are copies that it may write to. */
class StepList {
  readonly #steps: StepView[] = [];
  readonly #places = new Map<string, number>();
  #changes = new Map<number, StepChange>();

  /** A step's view to write to, undefined when it has not come up. */
  get(step: string): StepView | undefined {
    const place = this.#places.get(step);
    return place === undefined ? undefined : this.#copy(place);
  }

  /** The same, made where there is none. */
  open({ step, frame, node }: NamedStep, at: number): StepView {
    const known = this.get(step);
    if (known !== undefined) return known;
    const place = this.#steps.length;
    const after = newStepView(step, frame, node, at);
    this.#places.set(step, place);
    this.#changes.set(place, { place, before: undefined, after });
    this.#steps.push(after);
    return after;
  }

  #copy(place: number): StepView | undefined {
    const known = this.#changes.get(place);
    if (known !== undefined) return known.after;
    const before = this.#steps[place];
    if (before === undefined) return undefined;
    const after = { ...before };
    this.#changes.set(place, { place, before, after });
    this.#steps[place] = after;
    return after;
  }

  takeChanges(): StepChange[] {
    const changes = [...this.#changes.values()];
    if (changes.length > 0) this.#changes = new Map();
    return changes;
  }

  all(): StepView[] {
    return this.#steps.slice();
  }
}

/** The view of a whole journal. */
export function projectRun(plan: Plan, runId: string, events: Iterable<RunEvent>): RunView {
  const projection = createProjection(plan, runId);
  for (const event of events) projection.apply(event);
  return projection.view();
}

interface Times {
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  demo: boolean;
}

function runTimes(times: Times, event: RunEvent): void {
  if (event.type === "run-queued") times.queuedAt = event.at;
  else if (event.type === "run-started") times.startedAt = event.at;
  else if (event.type === "run-retried") times.endedAt = null;
  else if (event.type === "run-completed" || event.type === "run-failed" || event.type === "run-cancelled")
    times.endedAt = event.at;
  if ("usage" in event && event.usage?.some((usage) => usage.demo) === true) times.demo = true;
}

function runFacts(state: RunState, times: Times): RunFacts {
  const { runId, status, input, output, error, errorStep, costUsd, inputTokens, outputTokens, seq } = state;
  return { runId, status, input, output, error, errorStep, costUsd, inputTokens, outputTokens, seq, ...times };
}

/** Writes what a step has become into its view. */
function noteChange(view: StepView, { node, record }: NamedStep, at: number): void {
  const { status } = record;
  const ended = isStepEnded(status);
  const isAgain = status === "waiting" && record.error !== null;
  const begins = !ended && status !== "pending" && status !== "queued";
  view.status = status;
  view.attempt = record.attempt;
  view.maxAttempts = Math.max(node.retry.maxAttempts, record.attempt + (isAgain ? 1 : 0));
  // A computing step is done in the turn it comes up in: it began when it came up.
  view.startedAt ??= begins ? at : ended && status !== "skipped" ? view.queuedAt : null;
  view.endedAt = ended ? at : null;
  view.retryAt = isAgain ? record.due : null;
  view.waitsUntil = status === "waiting" && record.error === null ? record.due : null;
  view.error = record.error;
  view.output = record.output ?? null;
  view.approvalId = record.approvalId ?? view.approvalId;
  view.childRunId = record.child ?? view.childRunId;
  view.listening = ended || record.listening === undefined ? none : listeningOf(node, record);
  if (record.loop !== null) view.progress = { done: record.loop.next - record.loop.active, total: record.loop.total };
}

function listeningOf(node: PlanNode, record: Step): StepView["listening"] {
  return (record.listening ?? []).flatMap(({ handler, event, key, due, fired }) =>
    fired ? [] : [{ event, key, due, port: handler === null ? null : (node.handlers[handler]?.port ?? null) }],
  );
}

/** Shared by all views that have nothing to list: no view's list is ever written to. */
const none: never[] = [];
Object.freeze(none);

function newStepView(step: string, frame: Frame, node: PlanNode, at: number): StepView {
  return {
    step,
    node: node.id,
    frame: frame.id,
    name: node.name,
    type: node.type,
    status: "pending",
    attempt: 0,
    maxAttempts: node.retry.maxAttempts,
    queuedAt: at,
    startedAt: null,
    endedAt: null,
    retryAt: null,
    waitsUntil: null,
    error: null,
    input: null,
    output: null,
    usage: none,
    logs: none,
    attempts: none,
    approvalId: null,
    childRunId: null,
    listening: none,
    container: frame.container,
    index: frame.container === null ? null : frame.index,
    progress: null,
  };
}

/** What events carry beyond the state: inputs, usage, logs and the course of attempts. */
function noteEvent(steps: StepList, event: RunEvent): void {
  switch (event.type) {
    case "step-scheduled":
      return write(steps.get(event.step), { input: event.input });
    case "step-started": {
      const { step, attempt, at } = event;
      const view = steps.get(step);
      const others = view?.attempts.filter((each) => each.attempt !== attempt) ?? [];
      return write(view, { attempts: [...others, { attempt, startedAt: at, endedAt: null, error: null }] });
    }
    case "approval-requested":
      return write(steps.get(event.step), { input: event.request.context });
    case "step-completed":
    case "step-failed": {
      const view = steps.get(event.step);
      if (view === undefined) return;
      const { attempt, usage, logs } = event;
      const error = event.type === "step-failed" ? event.error : null;
      if (view.attempts.length > 0)
        view.attempts = view.attempts.map((each) =>
          each.attempt === attempt ? { ...each, endedAt: event.at, error } : each,
        );
      if (usage !== undefined) view.usage = [...view.usage, ...usage];
      if (logs !== undefined) view.logs = [...view.logs, ...logs];
      if (event.type === "step-completed" && event.input !== undefined) view.input = event.input;
      return;
    }
    default:
      return;
  }
}

function write(view: StepView | undefined, fields: Partial<StepView>): void {
  if (view !== undefined) Object.assign(view, fields);
}
