import { createStore, type StoreApi } from "zustand/vanilla";
import { startAnswerSchema } from "../../../contracts/api/run.ts";
import type { Json } from "../../../engine/json.ts";
import { createProjection, type RunView, type StepView } from "../../../engine/run/projection.ts";
import { isRunEnded, isStepEnded } from "../../../engine/run/status.ts";
import { compile } from "../../../engine/workflow/compile.ts";
import type { WorkflowFile, WorkflowNode } from "../../../engine/workflow/file.ts";
import { catalogue } from "../../../nodes/catalog/definitions.ts";
import { type ApiClient, anyAnswer } from "../../api-client.ts";
import type { JournalSource } from "../../monitor/journal-source.ts";
import { RunFollower, type RunState } from "../../monitor/run-store.ts";
import { emptyGraph, type GraphRun } from "../../monitor/screen/graph-state.ts";
import { RunScreen } from "../../monitor/screen/screen-store.ts";
import { nodesOf } from "../store/graph.ts";

/** What previews, the input and the output column know of a run. */
export interface SampleRun {
  id: string;
  input: Json;
  /** Epoch ms, or an ISO text. */
  createdAt: number | string;
  steps: readonly Pick<StepView, "step" | "node" | "status" | "input" | "output" | "error">[];
}

export interface StartedRun {
  id: string;
  version: number;
  /** The file it runs on: what was drawn when it was started. */
  file: WorkflowFile;
}

/** The run that is shown on the canvas. */
export interface LiveRun {
  run: StartedRun | null;
  view: RunView | null;
  graph: GraphRun;
  /** Streamed text by `textKey(step, attempt)`. */
  texts: ReadonlyMap<string, string>;
  connection: RunState["connection"];
}

interface EditorRunsOptions {
  api: ApiClient;
  workflowId: string;
  /** Where the journal of a run comes from. */
  journal(runId: string): JournalSource;
  /** Saves and publishes what is drawn, where it is not published yet; gives the version to run. */
  ready(): Promise<Omit<StartedRun, "id">>;
  nextFrame(draw: () => void): void;
  later(ms: number, run: () => void): () => void;
}

const nothing: LiveRun = { run: null, view: null, graph: emptyGraph, texts: new Map(), connection: "reading" };

/**
 * Runs what is drawn and shows it on the drawing. Everything is folded from the run's journal by the same code as on the run's own page;
 * the store changes once a frame, however much happens.
 */
export class EditorRuns {
  readonly live: StoreApi<LiveRun> = createStore(() => nothing);
  readonly last: StoreApi<{ run: SampleRun | null }> = createStore<{ run: SampleRun | null }>(() => ({ run: null }));
  readonly #options: EditorRunsOptions;
  #leave: (() => void) | null = null;
  #ended = -1;

  constructor(options: EditorRunsOptions) {
    this.#options = options;
  }

  /** True while the shown run goes on. */
  get going(): boolean {
    const { run, view } = this.live.getState();
    return run !== null && (view === null || !isRunEnded(view.status));
  }

  /** Starts a run of what is drawn and follows it. @throws NotReady, ApiError */
  async start(input: Json): Promise<void> {
    const { api, workflowId, ready } = this.#options;
    const { version, file } = await ready();
    const { id } = await api.call("POST", `/workflows/${workflowId}/runs`, startAnswerSchema, { input, version });
    this.follow({ id, version, file });
  }

  /** Shows a run on the drawing until it is cleared or another one is shown. */
  follow(run: StartedRun): void {
    this.clear();
    const compiled = compile(run.file, catalogue);
    if (!compiled.ok) return;
    const { journal, nextFrame, later } = this.#options;
    const { plan } = compiled;
    const follower = new RunFollower({
      plan,
      projection: createProjection(plan, run.id),
      source: journal(run.id),
      nextFrame,
      later,
    });
    const screen = new RunScreen({ plan, follower, nextFrame }, { at: null, chosen: null });
    // The screen listens first: what it makes of a change is there when the store takes it over, all in one.
    const stops = [screen.start(), follower.store.subscribe(() => this.#take(run, follower, screen)), follower.start()];
    this.#ended = -1;
    this.live.setState({ ...nothing, run }, true);
    this.#leave = () => {
      for (const stop of stops) stop();
    };
  }

  #take(run: StartedRun, follower: RunFollower, screen: RunScreen): void {
    const { view, texts, connection } = follower.store.getState();
    this.live.setState({ run, view, texts, connection, graph: screen.store.getState().graph }, true);
    const ended = view.steps.filter((step) => isStepEnded(step.status)).length;
    // Previews are computed again when there is something new to see, not with every word of a model.
    if (ended === this.#ended && !isRunEnded(view.status)) return;
    this.#ended = ended;
    const { input, steps, queuedAt } = view;
    if (queuedAt !== null) this.last.setState({ run: { id: run.id, input, steps, createdAt: queuedAt } });
  }

  /** Stops the shown run for good. @throws ApiError */
  async stop(): Promise<void> {
    const { run } = this.live.getState();
    if (run === null || !this.going) return;
    await this.#options.api.call("POST", `/runs/${run.id}/cancel`, anyAnswer, { reason: "Stopped in the editor" });
  }

  /** Takes the run off the drawing; the run itself goes on. */
  clear(): void {
    this.#leave?.();
    this.#leave = null;
    this.live.setState(nothing, true);
  }
}

/** True when a step does something else now than in the run that is shown. */
export function isStale(run: StartedRun, node: WorkflowNode): boolean {
  const then = nodesOf(run.file).get(node.id);
  if (then === undefined || then === node) return then === undefined;
  return (
    then.type !== node.type ||
    (then.config !== node.config && JSON.stringify(then.config) !== JSON.stringify(node.config))
  );
}
