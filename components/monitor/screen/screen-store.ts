import { createStore, type StoreApi } from "zustand/vanilla";
import type { RunEvent } from "../../../engine/run/event.ts";
import type { RunView } from "../../../engine/run/projection.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import type { RunFollower } from "../run-store.ts";
import { defaultStep } from "./current-step.ts";
import { emptyGraph, graphState, type GraphRun } from "./graph-state.ts";
import { RunHistory } from "./history.ts";
import { PortsTaken } from "./ports-taken.ts";
import { StepIndex } from "./step-index.ts";

/** What every part of the page shows: the run now, or as it was. */
export interface ScreenState {
  /** The run at the moment that is looked at. */
  view: RunView;
  /** The journal up to that moment. */
  events: readonly RunEvent[];
  graph: GraphRun;
  /** The event that is looked at; null for now, and then the page moves with the run. */
  at: number | null;
  /** The event that is on its way to be shown, and how much of the journal up to there is read, 0 to 1; else null. */
  wanted: { seq: number; read: number } | null;
  /** What a person chose: a step, or a node that no step stands for yet. */
  chosen: string | null;
  /** What is shown as chosen: that, or what matters most now. */
  current: string | null;
}

interface ScreenOptions {
  plan: Plan;
  runId: string;
  follower: RunFollower;
  nextFrame(work: () => void): void;
  /** Ms on a clock that only goes forward. */
  clock(): number;
}

/** Ms that reading back may take of a frame. */
const sliceMs = 10;

/**
 * One state for canvas, timeline, detail and journal, so that they never disagree. Takes up what the follower draws, at most once a frame;
 * `seek` takes all of it back in time.
 */
export class RunScreen {
  readonly store: StoreApi<ScreenState>;
  readonly plan: Plan;
  readonly #options: ScreenOptions;
  readonly #history: RunHistory;
  readonly #index = new StepIndex();
  readonly #ports: PortsTaken;
  #wanted: number | null = null;
  #pumping = false;

  constructor(options: ScreenOptions, start: { at: number | null; chosen: string | null }) {
    this.#options = options;
    this.plan = options.plan;
    this.#history = new RunHistory(options.plan, options.runId);
    this.#ports = new PortsTaken(options.plan);
    const { view, events } = options.follower.store.getState();
    this.store = createStore<ScreenState>(() => ({
      view,
      events,
      graph: emptyGraph,
      at: null,
      wanted: null,
      chosen: start.chosen,
      current: start.chosen,
    }));
    this.#wanted = start.at;
    this.#show(view, events, null);
  }

  /** Moves with the run until the returned function is called. */
  start(): () => void {
    const { store } = this.#options.follower;
    const took = store.subscribe((now, before) => {
      if (now.events === before.events && now.view === before.view && now.connection === before.connection) return;
      if (this.#wanted !== null) this.#pump();
      else if (this.store.getState().at === null) this.#show(now.view, now.events, null);
    });
    const { view, events } = store.getState();
    if (this.store.getState().at === null && this.#wanted === null) this.#show(view, events, null);
    return took;
  }

  /** Takes the page to what was true after an event, or with null back to now. */
  seek(seq: number | null): void {
    const { view, events } = this.#options.follower.store.getState();
    if (seq === null) {
      this.#wanted = null;
      this.store.setState({ wanted: null });
      return this.#show(view, events, null);
    }
    this.#wanted = Math.max(1, Math.min(Math.round(seq), events.length));
    this.#pump();
  }

  /** Begins to read the journal for going back, as somebody is about to. */
  prepare(): void {
    const { events } = this.#options.follower.store.getState();
    if (this.#pumping || this.#wanted !== null || this.#history.upTo >= events.length) return;
    this.#pumping = true;
    this.#options.nextFrame(() => {
      this.#pumping = false;
      if (this.#wanted !== null) return this.#pump();
      const until = this.#options.clock() + sliceMs;
      this.#history.extend(events, () => this.#options.clock() < until);
      this.prepare();
    });
  }

  /** Chooses a step, or a node that was not reached, everywhere on the page. */
  choose(chosen: string | null): void {
    const { view, events, at } = this.store.getState();
    this.store.setState({ chosen });
    this.#show(view, events, at);
  }

  /** Chooses a node: its execution in the iteration that is shown, or the node itself where it was not reached. */
  chooseNode(node: string): void {
    this.choose(this.store.getState().graph.nodes.get(node)?.step?.step ?? node);
  }

  /** Reads the journal for going back, a slice a frame, until what is wanted can be shown. */
  #pump(): void {
    if (this.#pumping || this.#wanted === null) return;
    const { events, connection } = this.#options.follower.store.getState();
    // An address may name an event that is on a later page of the journal.
    if (events.length === 0 || (connection === "reading" && this.#wanted > events.length)) return;
    const wanted = Math.min(this.#wanted, events.length);
    const until = this.#options.clock() + sliceMs;
    const all = this.#history.extend(events, () => this.#options.clock() < until);
    if (this.#history.upTo >= wanted) {
      this.#wanted = null;
      const view = this.#history.at(wanted);
      this.store.setState({ wanted: null });
      this.#show(view, events.slice(0, view.seq), view.seq);
      return;
    }
    this.store.setState({ wanted: { seq: wanted, read: this.#history.upTo / wanted } });
    if (all) return;
    this.#pumping = true;
    this.#options.nextFrame(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #show(view: RunView, events: readonly RunEvent[], at: number | null): void {
    const before = this.store.getState();
    this.#ports.read(this.#options.follower.store.getState().events);
    this.#index.update(view.steps);
    const current = this.#current(view, before.chosen);
    const graph = graphState(this.plan, view, this.#index, this.#ports, current, before.graph);
    this.store.setState({ view, events, at, current, graph });
  }

  /** Going back before a chosen step keeps the choice, as the node that will be. */
  #current(view: RunView, chosen: string | null): string | null {
    if (chosen !== null && (this.#index.step(chosen) !== null || this.plan.nodes.has(lastPart(chosen)))) return chosen;
    return defaultStep(view)?.step ?? null;
  }
}

function lastPart(step: string): string {
  return step.slice(step.lastIndexOf(".") + 1);
}
