import { createStore, type StoreApi } from "zustand/vanilla";
import type { RunEvent } from "../../../engine/run/event.ts";
import type { RunView } from "../../../engine/run/projection.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import type { RunFollower } from "../run-store.ts";
import { defaultStep } from "./current-step.ts";
import { emptyGraph, graphState, type GraphRun } from "./graph-state.ts";
import { PortsTaken } from "./ports-taken.ts";
import { StepPlaces, StepTree } from "./step-tree.ts";
import type { WorkLog } from "./work-log.ts";

/** What every part of the page shows: the run now, or as it was. */
export interface ScreenState {
  /** The run at the moment that is looked at. */
  view: RunView;
  /** The journal up to that moment. */
  events: readonly RunEvent[];
  graph: GraphRun;
  /** The same steps by name and by container. */
  tree: StepTree;
  /** The event that is looked at; null for now, and then the page moves with the run. */
  at: number | null;
  /** What a person chose: a step, or a node that no step stands for yet. */
  chosen: string | null;
  /** What is shown as chosen: that, or what matters most now. */
  current: string | null;
}

interface ScreenOptions {
  plan: Plan;
  follower: RunFollower;
  nextFrame(work: () => void): void;
}

/**
 * One state for canvas, timeline, detail and journal, so that they never disagree. Takes up what the follower draws, at most once a frame;
 * `seek` takes all of it back in time.
 */
export class RunScreen {
  readonly store: StoreApi<ScreenState>;
  readonly plan: Plan;
  readonly #options: ScreenOptions;
  readonly #places = new StepPlaces();
  readonly #ports: PortsTaken;
  /** The event of a link, until the journal is read as far. */
  #awaited: number | null;
  /** Where a seek leads that waits for its frame. */
  #next: { seq: number | null } | null = null;
  #pacing = false;

  constructor(options: ScreenOptions, start: { at: number | null; chosen: string | null }) {
    this.#options = options;
    this.plan = options.plan;
    this.#ports = new PortsTaken(options.plan);
    const { view, events } = options.follower.store.getState();
    this.store = createStore<ScreenState>(() => ({
      view,
      events,
      graph: emptyGraph,
      tree: new StepTree(this.#places, []),
      at: null,
      chosen: start.chosen,
      current: start.chosen,
    }));
    this.#awaited = start.at;
    this.#show(view, events, null);
  }

  /** Moves with the run until the returned function is called. */
  start(): () => void {
    const { store } = this.#options.follower;
    const took = store.subscribe((now, before) => {
      if (this.#awaited !== null) this.#await();
      else if (now.events !== before.events && this.store.getState().at === null)
        this.#show(now.view, now.events, null);
    });
    const { view, events } = store.getState();
    if (this.#awaited !== null) this.#await();
    else if (this.store.getState().at === null) this.#show(view, events, null);
    return took;
  }

  /** Takes the page to what was true after an event, or with null back to now. Asked again within a frame, it goes there with the next one. */
  seek(seq: number | null): void {
    this.#awaited = null;
    if (this.#pacing) {
      this.#next = { seq };
      return;
    }
    this.#goTo(seq);
    this.#pacing = true;
    this.#options.nextFrame(() => {
      this.#pacing = false;
      const next = this.#next;
      this.#next = null;
      if (next !== null) this.seek(next.seq);
    });
  }

  /** When nothing worked, as known after an event. */
  workUpTo(seq: number, now: number): ReturnType<WorkLog["upTo"]> {
    return this.#options.follower.history.work.upTo(seq, now);
  }

  /** Chooses a step, or a node that was not reached, everywhere on the page. */
  choose(chosen: string | null): void {
    const { view, events, at } = this.store.getState();
    this.#show(view, events, at, chosen);
  }

  /** Chooses a node: its execution in the iteration that is shown, or the node itself where it was not reached. */
  chooseNode(node: string): void {
    this.choose(this.store.getState().graph.nodes.get(node)?.step?.step ?? node);
  }

  #goTo(seq: number | null): void {
    const { view, events } = this.#options.follower.store.getState();
    if (seq === null || events.length === 0) return this.#show(view, events, null);
    const to = Math.max(1, Math.min(Math.round(seq), events.length));
    this.#show(this.#options.follower.history.at(to), events.slice(0, to), to);
  }

  /** An address may name an event that is on a later page of the journal. */
  #await(): void {
    const { events, connection } = this.#options.follower.store.getState();
    const asked = this.#awaited;
    if (asked === null || events.length === 0 || (connection === "reading" && asked > events.length)) return;
    this.#awaited = null;
    this.#goTo(asked);
  }

  /** One writing of the state, whatever changed. */
  #show(
    view: RunView,
    events: readonly RunEvent[],
    at: number | null,
    chosen: string | null = this.store.getState().chosen,
  ): void {
    const before = this.store.getState();
    this.#ports.read(this.#options.follower.store.getState().events);
    this.#places.extend(this.#options.follower.store.getState().view.steps);
    const tree = new StepTree(this.#places, view.steps);
    const current = this.#current(view, tree, chosen);
    const graph = graphState(this.plan, view, tree, this.#ports, current, before.graph);
    this.store.setState({ view, events, at, chosen, current, graph, tree });
  }

  /** Going back before a chosen step keeps the choice, as the node that will be. */
  #current(view: RunView, tree: StepTree, chosen: string | null): string | null {
    if (chosen !== null && (tree.step(chosen) !== null || this.plan.nodes.has(lastPart(chosen)))) return chosen;
    return defaultStep(view)?.step ?? null;
  }
}

function lastPart(step: string): string {
  return step.slice(step.lastIndexOf(".") + 1);
}
