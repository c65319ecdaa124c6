import type { z } from "zod";
import type { Json } from "../json.ts";
import type { WorkflowFile, WorkflowNode } from "./file.ts";

/**
 * What the engine does with a node type. The engine knows behaviours, never types: the catalogue of types is an argument.
 *  - entry:    starts with its scope; its output is the run's input
 *  - compute:  runs inline in the turn: resolved config in, outcome out
 *  - effect:   runs as a queued job with a journalled barrier before and after
 *  - approval: waits for a person's decision or its deadline
 *  - wait:     waits for an instant
 *  - loop, parallel: containers
 *  - output:   compute whose output is the run's output
 *  - note:     drawn, never run
 */
export type Behaviour = "entry" | "compute" | "effect" | "approval" | "wait" | "loop" | "parallel" | "output" | "note";

export type Family = "trigger" | "agent" | "logic" | "people" | "data" | "flow";

export type PortType = "any" | "string" | "number" | "boolean" | "object" | "array";

export interface Port {
  name: string;
  label: string;
  type: PortType;
  /** "error" ports are drawn red and exist only where onError is "port". */
  kind?: "normal" | "error";
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
