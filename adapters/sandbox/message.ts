import type { EvaluationResult } from "../../engine/ports/sandbox.ts";

/** One evaluation on its way to a thread: `roots` pairs each name that the code mentions with an entry of `texts`. */
export interface Task {
  code: string;
  roots: [name: string, text: number][];
  now: number;
  seed: string;
}

export type ToThread =
  | { kind: "evaluate"; id: number; runKey: string; texts: string[]; tasks: Task[] }
  | { kind: "check"; id: number; code: string }
  | { kind: "release"; runKey: string };

/** A value crosses as JSON text; `null` stands for undefined and for what JSON cannot hold. */
export type TaskResult = { ok: true; json: string } | Extract<EvaluationResult, { ok: false }>;

export type FromThread =
  | { kind: "ready" }
  | { kind: "evaluated"; id: number; results: TaskResult[] }
  | { kind: "checked"; id: number; result: { ok: true } | { ok: false; message: string } };

/** What each thread is born with. The image is shared memory: a new thread does not build it again. */
export interface ThreadData {
  module: WebAssembly.Module;
  image: MachineImage;
  /** See `Heartbeat`. */
  heartbeat: SharedArrayBuffer;
  warmMachines: number;
}

/** A QuickJS machine after its globals were trimmed and frozen, ready to be copied. */
export interface MachineImage {
  memory: Uint8Array;
  stackPointer: number;
  runtimePtr: number;
  contextPtr: number;
  /** Tokens of the three guest functions that the host calls. */
  run: number;
  parse: number;
  settle: number;
}
