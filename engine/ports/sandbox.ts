import type { Json } from "../json.ts";

/** JSON the expression sees, by root name: `input`, `vars`, node ids … */
export type ExpressionScope = Record<string, Json>;

export interface Evaluation {
  /** JavaScript expression, already rewritten by engine/workflow/expression.ts (no `{{ }}`). */
  code: string;
  scope: ExpressionScope;
  /** Epoch ms that Date shows inside; frozen. */
  now: number;
  /** Seed of Math.random inside, so that a replay agrees. */
  seed: string;
}

export type EvaluationResult =
  | { ok: true; value: Json }
  | { ok: false; code: "EXPRESSION_FAILED" | "EXPRESSION_LIMIT"; message: string };

/**
 * Runs user-written expressions: QuickJS in WebAssembly behind five methods, so that the engine can be changed.
 * No host function, 100 ms, 16 MB, a fresh VM for each run, JSON in and out. Never throws for what the code does.
 */
export interface Sandbox {
  /** Evaluates many at once in one VM of that run (one hop between threads). Results in order. */
  evaluate(runKey: string, evaluations: Evaluation[]): Promise<EvaluationResult[]>;
  /** Checks that code parses, without running it. */
  check(code: string): Promise<{ ok: true } | { ok: false; message: string }>;
  /** Throws the VM of a run away. */
  release(runKey: string): void;
  stats(): { workers: number; busy: number; queued: number; evaluations: number };
  close(): Promise<void>;
}
