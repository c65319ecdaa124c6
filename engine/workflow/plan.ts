import type { Json } from "../json.ts";
import type { Behaviour } from "./definition.ts";
import type { DataContract, Join, Limit, OnError, Retry, WorkflowFile } from "./file.ts";
import type { Template } from "./template.ts";

/** A workflow file compiled for running: looked up by id, never changed while a run turns. */
export interface Plan {
  file: WorkflowFile;
  nodes: ReadonlyMap<string, PlanNode>;
  /** By container id; the graph itself is "". */
  scopes: ReadonlyMap<string, PlanScope>;
  /** Node ids of the longest chain by estimated time. */
  criticalPath: string[];
  /** Groups of node ids that can run side by side, in order. */
  levels: string[][];
  totals: { ms: number; costUsd: number };
  /** Names of the events that some handler or wait keeps when they come early. */
  keeps: string[];
}

/** A handler of a node, with its templates parsed. */
export interface PlanHandler {
  event: string | null;
  /** Milliseconds after the step's begin; null for an event. */
  after: Template | null;
  key: Template | null;
  keep: boolean;
  interrupt: boolean;
  port: string | null;
  append: boolean;
  close: boolean;
}

export interface PlanNode {
  id: string;
  type: string;
  name: string;
  behaviour: Behaviour;
  /** Container the node stands in; "" for the graph. */
  scope: string;
  /** Ids of the edges that come in and go out, in file order. */
  incoming: PlanEdge[];
  outgoing: PlanEdge[];
  /** Names of the output ports that are taken when an outcome names none (error ports excluded). */
  defaultPorts: string[];
  join: Join;
  config: Record<string, Json>;
  /** Config with its `{{ }}` fields parsed, by path. */
  template: Template;
  /** Condition of a `while` loop: evaluated before each iteration, so it is not part of `template`. */
  loopCondition: Template | null;
  /** Names of nodes and of `input`, `vars`, `loop`, `run`, `in`, `error` that the config reads. */
  reads: string[];
  retry: Retry;
  timeoutMs: number | null;
  totalTimeoutMs: number | null;
  onError: OnError;
  escalateTo: { kind: "anyone" | "user" | "role" | "group"; id: string | null };
  /** Nodes that are cancelled once this one's join holds: all of their ways lead here. Empty without `cancelOthers`. */
  cancels: string[];
  handlers: PlanHandler[];
  limit: Limit | null;
  /** Node that undoes this one; null when nothing does. */
  compensatedBy: string | null;
  /** True for a node that only undoes others: it runs in no frame of its scope. */
  compensates: boolean;
  contract: DataContract | null;
  /** Variables that this node may read: null for all of them. */
  mayRead: string[] | null;
  /** Variables that this effect writes from the fields of its output. */
  writes: string[];
  /** A loop's completion: once so many iterations ended well, or once the condition holds. */
  completion: { atLeast: number | null; when: Template | null; cancelOthers: boolean } | null;
  irreversible: boolean;
  /** Estimated ms from the start of this node to the end of the graph: the greater, the sooner it is queued. */
  rank: number;
  estimate: { ms: number; costUsd: number };
}

export interface PlanEdge {
  id: string;
  source: string;
  sourcePort: string;
  target: string;
  targetPort: string;
}

export interface PlanScope {
  id: string;
  /** Node ids in this scope that run, in file order. */
  nodes: string[];
  /** Nodes without an incoming edge: they start with a frame. */
  roots: string[];
  /** Nodes without an outgoing edge: their outputs are the frame's result. */
  sinks: string[];
  /** Nodes by branch (what hangs together), for `parallel`. */
  branches: string[][];
}

/** What keeps a workflow from running, for the person who drew it. */
export interface Problem {
  code:
    | "file"
    | "unknown-type"
    | "config"
    | "duplicate-id"
    | "edge"
    | "port"
    | "parent"
    | "cycle"
    | "unreachable"
    | "join"
    | "reference"
    | "missing-credential"
    | "missing-agent"
    | "agent-input"
    | "expression"
    | "type"
    | "unbounded-loop"
    | "output"
    | "handler"
    | "limit"
    | "compensation"
    | "variable"
    | "contract"
    | "credential"
    | "empty";
  severity: "error" | "warning";
  node: string | null;
  /** JSON path in the file, for example ["nodes", 3, "config", "prompt"]. */
  path: (string | number)[];
  message: string;
  /** The way through the graph that shows the fault: node ids, or choices like "amount:false". */
  witness: string[];
  /** What to do about it. */
  fix: string;
}

export type CompileResult = { ok: true; plan: Plan; problems: Problem[] } | { ok: false; problems: Problem[] };
