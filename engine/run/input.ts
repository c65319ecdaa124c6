import type { ErrorRecord } from "../errors.ts";
import type { Json } from "../json.ts";
import type { ReceivedEvent } from "./listeners.ts";
import type { Actor, ApprovalRequest, Decision, LogLine, Outcome, Usage } from "./event.ts";

/**
 * What the world tells the engine. Inputs may come twice, late or in any order: `transition` ignores what no longer applies.
 * `prepared` answers the `prepare` command; it is made inside the turn and never travels.
 */
export type RunInput =
  | { type: "start" }
  | {
      type: "prepared";
      step: string;
      attempt: number;
      prepared: Prepared;
      /** Of steps with handlers: what their templates gave, in their order. */
      handlers?: { key: string | null; afterMs: number | null }[] | undefined;
    }
  | { type: "started"; step: string; attempt: number; worker: string; claim: number }
  | { type: "succeeded"; step: string; attempt: number; outcome: Outcome }
  | {
      type: "failed";
      step: string;
      attempt: number;
      error: ErrorRecord;
      usage?: Usage[] | undefined;
      logs?: LogLine[] | undefined;
    }
  | { type: "decided"; step: string; decision: Decision }
  | { type: "escalated"; step: string; approvalId: string; deadline: number }
  | ({ type: "event-received" } & ReceivedEvent)
  | ({ type: "child-ended"; step: string; childId: string } & ChildEnd)
  | { type: "timer"; key: string }
  | { type: "cancel"; by: Actor; reason: string }
  | ({ type: "pause"; by: Actor } & Numbered)
  | ({ type: "resume"; by: Actor } & Numbered)
  | ({ type: "retry"; by: Actor; from: string | null } & Numbered)
  | { type: "change"; by: Actor; vars: Record<string, Json>; inputs: Record<string, Json> };

/** What people ask for one after another is numbered: of two that arrive in the wrong order the older one means nothing. */
interface Numbered {
  signal?: number | undefined;
}

/** How a sub-workflow's run ended, and what it cost. */
export interface ChildEnd {
  status: "completed" | "failed" | "cancelled";
  output: Json;
  error: ErrorRecord | null;
  costUsd: number;
  inputTokens: number;
  outputTokens: number;
  demo: boolean;
}

/** A node's config with every expression evaluated, in the form its behaviour wants. */
export type Prepared =
  | { kind: "computed"; outcome: Outcome; input: Json }
  | { kind: "effect"; input: Json }
  | { kind: "approval"; approvalId: string; request: ApprovalRequest }
  | { kind: "wait"; until: number | null; event?: { name: string; key: string | null } | undefined }
  | { kind: "call"; childId: string; workflowId: string; version: number | null; input: Json }
  | { kind: "loop"; items: Json[] | null; total: number | null; concurrency: number; open?: boolean | undefined }
  | { kind: "loop-check"; index: number; holds: boolean }
  | { kind: "loop-judge"; index: number; holds: boolean }
  /** A container that needs nothing but its handlers' keys and times. */
  | { kind: "open" };

/** What `prepare` asks for: the step's config, a loop's condition, its completion rule, or what a person is asked about a failed step. */
export type Purpose = "step" | "check" | "judge" | "escalate";

/** What the engine asks of the world. All of it can be told again from the state alone: see `outstanding`. */
export type RunCommand =
  /** Evaluate the node's config in its frame (and, for computing nodes, compute) and give it back as `prepared`. */
  | {
      type: "prepare";
      step: string;
      frame: string;
      node: string;
      attempt: number;
      purpose: Purpose;
      /** Of "check" and "judge": the iteration, to be given back. */
      index: number | null;
    }
  /** Queue the effect. Its input stands in the journal at `seq`. */
  | { type: "execute"; step: string; node: string; attempt: number; seq: number; priority: number }
  | { type: "arm-timer"; key: string; due: number }
  | { type: "disarm-timer"; key: string }
  | {
      type: "open-approval";
      step: string;
      node: string;
      approvalId: string;
      request: ApprovalRequest;
      deadline: number;
    }
  | { type: "close-approval"; step: string; approvalId: string }
  /** Start the run of a sub-workflow, if there is none with that id. What it runs stands in the journal at `seq`; its end comes back as `child-ended`. */
  | { type: "start-child"; step: string; childId: string; seq: number }
  | { type: "cancel-child"; step: string; childId: string }
  /** Stop executors of these steps: their results no longer count. */
  | { type: "abort"; steps: string[] };
