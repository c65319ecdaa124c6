import type { z } from "zod";
import type { Json } from "../json.ts";
import type { WorkflowFile, WorkflowNode } from "./file.ts";

/**
 * What the engine does with a node type. The engine knows behaviours, never types: the catalogue of types is an argument.
 *  - entry:    starts with its scope; its output is the run's input
 *  - compute:  runs inline in the turn: resolved config in, outcome out
 *  - effect:   runs as a queued job with a journalled barrier before and after
 *  - approval: waits for a person's decision or its deadline
 *  - wait:     waits for an instant or an event
 *  - call:     runs another workflow and waits for its end
 *  - loop, parallel, try: containers
 *  - break, continue: end the nearest loop, or its iteration
 *  - end:      completes its scope at once
 *  - each:     made by the compiler: what follows a node that joins on each edge, once for each
 *  - output:   compute whose output is the run's output
 *  - note:     drawn, never run
 */
export type Behaviour =
  | "entry"
  | "compute"
  | "effect"
  | "approval"
  | "wait"
  | "call"
  | "loop"
  | "parallel"
  | "try"
  | "each"
  | "break"
  | "continue"
  | "end"
  | "output"
  | "note";

export type Family = "trigger" | "agent" | "logic" | "people" | "data" | "flow";

export type PortType = "any" | "string" | "number" | "boolean" | "object" | "array";

export interface Port {
  name: string;
  label: string;
  type: PortType;
  /** "error" ports are drawn red and exist where onError is "port"; "handler" ports are those that the node's `on` names. */
  kind?: "normal" | "error" | "handler";
}

export interface Ports {
  inputs: Port[];
  outputs: Port[];
  /** first: exactly one output is taken; every: any number of them; all: every output is (the plain case). */
  taken: "all" | "first" | "every";
}

/** Estimate of one execution, before it ran: milliseconds of wall time and US dollars. */
export interface Estimate {
  ms: number;
  costUsd: number;
}

/** What the engine asks of a node type; `nodes/define-node.ts` adds what the screens ask. */
export interface NodeBehaviour {
  type: string;
  behaviour: Behaviour;
  /** Where the config decides: an emit to the run itself computes, one to the organisation is an effect. */
  behaviourOf?(config: Record<string, Json>): Behaviour;
  /** Schema of the written config, where any field may be a `{{ }}` template instead of its value. */
  config: z.ZodType<Record<string, unknown>>;
  /** Ports for this config; called only with a config that parsed. */
  ports(config: Record<string, Json>): Ports;
  /** What the schema cannot say, for example that an irreversible step must not be approved by timeout. */
  check?(node: WorkflowNode, config: Record<string, Json>, file: WorkflowFile): NodeFault[];
  /** Names of the credentials it uses, each with the field in the config that names it. */
  credentials?(config: Record<string, Json>): { name: string; path: (string | number)[] }[];
  estimate?(config: Record<string, Json>): Estimate;
  /** Type of `outputs`, where the definition can tell it, for the check of references and ports. */
  outputType?(config: Record<string, Json>): PortType;
}

export interface NodeFault {
  /** Path inside the node, for example ["config", "onTimeout"]. */
  path: (string | number)[];
  message: string;
  fix: string;
}

export type Catalogue = ReadonlyMap<string, NodeBehaviour>;
