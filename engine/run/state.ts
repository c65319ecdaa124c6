import type { ErrorRecord } from "../errors.ts";
import type { Json } from "../json.ts";
import type { ReceivedEvent } from "./listeners.ts";
import type { RunStatus, StepStatus } from "./status.ts";

/**
 * The fold of a run's journal: plain JSON, kept hot in Redis, rebuilt from the journal whenever it is lost.
 * Only open frames are held, so a loop of 10,000 items keeps its results and not its insides.
 */
export interface RunState {
  schema: 1;
  runId: string;
  /** Number of the last event folded in. */
  seq: number;
  status: RunStatus;
  /** Epoch ms of run-queued. */
  queuedAt: number;
  /** Epoch ms at which the run's time limit is over: counted from its start, and anew from a retry. */
  deadline: number;
  input: Json;
  /** The secret part of marks that stand for addresses of waits (callbacks.ts). */
  callbackKey?: string;
  vars: Record<string, Json>;
  /** Open frames by id; the graph itself is the frame "". */
  frames: Record<string, Frame>;
  /** Effects scheduled and not finished: what `maxConcurrency` counts. */
  working: number;
  /** Steps whose turn it is and that are neither scheduled nor computed yet. */
  pending: number;
  output: Json;
  error: ErrorRecord | null;
  errorStep: string | null;
  costUsd: number;
  inputTokens: number;
  outputTokens: number;
  /** True where a step failed for good and `onFailure` is finishOthers. */
  failing: boolean;
  /** US dollars by which people raised the run's budget. */
  raisedUsd?: number;
  /** Named limits in use, by key: how many steps hold one, and which wait for it, in order. */
  limits?: Record<string, { held: number; queue: string[] }>;
  /** Completed steps that can be undone, in the order of their completion. */
  done?: Compensation[];
  /** The way back, where a failure is rolled back: compensations still to run are the first `left` of `done`. */
  rollback?: { left: number; failed: string[] };
  /** Events that came before their listener. */
  kept?: ReceivedEvent[];
  /** Ids of the events heard last: one that is delivered twice counts once. */
  heard?: string[];
  /** Grows with each change of the live listeners. */
  listenersChanged?: number;
  /** Number of the last pause, resume or retry: one asked for before it means nothing any more. */
  control?: number;
  /** Sub-workflows above this run; 0 for one that nobody called. */
  depth?: number;
  /** Bytes of what was kept apart (artifact.ts). Absent until then: nothing has to be looked for. */
  artifactBytes?: number;
  /** The run's own workflow, for sub-workflows that name `self`. */
  workflow?: { id: string; version: number };
}

/** What is needed to undo a step after its frame is gone. */
export interface Compensation {
  step: string;
  node: string;
  output: Json;
  loop: Json;
}

/** What a step listens for. */
export interface Listening {
  /** Index of the node's handler; null for the wait itself. */
  handler: number | null;
  event: string | null;
  key: string | null;
  /** Epoch ms at which it fires by itself; null for an event. */
  due: number | null;
  fired: boolean;
}

export interface Frame {
  id: string;
  /** Container node whose inside this is; null for the graph. */
  container: string | null;
  /** Frame in which the container's step stands; null for the graph. */
  parent: string | null;
  index: number;
  /** Item of an `each` loop. */
  item: Json;
  edges: Record<string, "taken" | "skipped">;
  steps: Record<string, Step>;
  /** Steps of this frame that are not ended yet. */
  open: number;
  /** Node ids whose taken edges came in, in order of arrival, by target: what `in.from` shows. */
  arrivals: Record<string, string[]>;
  /** Frame of a compensation: the step it undoes. */
  undoes?: Compensation;
  /** Attempts made by steps that a retry by hand took back. */
  made?: Record<string, number>;
}

export interface Step {
  status: StepStatus;
  /** Attempts begun, 0 before the first. */
  attempt: number;
  /** Attempts made before the last retry by hand: the policy counts from here. */
  attemptBase: number;
  /** Executors that claimed the current attempt: more than a few means it kills its worker. */
  claims: number;
  output: Json;
  error: ErrorRecord | null;
  /** Epoch ms of what the step waits for: a retry, an instant, a deadline. Null when it waits for none. */
  due: number | null;
  approvalId: string | null;
  /** Sequence number of the step-scheduled event which holds the resolved input; 0 before. */
  scheduledSeq: number;
  loop: LoopProgress | null;
  /** What a person gave it instead of its own input, from its next attempt. */
  override?: Json;
  /** True while a named limit keeps the step from beginning. */
  blocked?: boolean;
  /** Key of the named limit that the step holds. */
  holds?: string;
  /** True while a person decides what becomes of the failed step. */
  escalated?: boolean;
  /** Epoch ms of its first attempt: what a total time limit counts from. */
  since?: number;
  /** True for a step that was cut off by a failure of the run: a retry takes it up again. */
  cut?: boolean;
  listening?: Listening[];
  /** Payloads of the handlers that fired, by port. */
  handled?: Record<string, Json>;
  /** Id of the run that a sub-workflow started. */
  child?: string;
}

export interface LoopProgress {
  items: Json[] | null;
  total: number | null;
  concurrency: number;
  /** Next index to open. */
  next: number;
  active: number;
  results: Json[];
  missing: number[];
  /** Outputs by node id of the iteration that ended last: `loop.last.outputs`. */
  last: Record<string, Json> | null;
  /** `while` loops: the index whose condition is still to be evaluated, or null. */
  checking: number | null;
  /** True while more items may be appended from outside. */
  open?: boolean;
  /** Loops that end at an expression: how many iterations had ended when it is next evaluated, or null. */
  judging?: number | null;
  /** True once the loop takes no more turns: a completion rule held. */
  finishing?: boolean;
  /** True once it has given its result while iterations still finish, which change nothing any more. */
  gave?: boolean;
}
