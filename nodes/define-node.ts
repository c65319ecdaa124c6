import { z } from "zod";
import type { AgentRef } from "../engine/agent.ts";
import type { PinnedAgent } from "../engine/ports/agents.ts";
import type { BoundCredential } from "../engine/ports/credentials.ts";
import type { HttpClient } from "../engine/ports/http.ts";
import type { ModelAnswer, ModelRequest } from "../engine/ports/model.ts";
import type { Json } from "../engine/json.ts";
import type { LogLine, Outcome } from "../engine/run/event.ts";
import type { Family, NodeBehaviour } from "../engine/workflow/definition.ts";

/** A node type: what the engine asks (`NodeBehaviour`) and what palette, card and inspector show. */
export interface NodeDefinition extends NodeBehaviour {
  title: string;
  /** One sentence for the palette. */
  description: string;
  family: Family;
  /** Name of a lucide icon. */
  icon: string;
  /** The quiet line on the card: what the node does in this workflow. */
  summary(config: Record<string, Json>): string;
  /** A config for a node just dropped on the canvas. */
  initialConfig: Record<string, Json>;
}

export function defineNode<const D extends NodeDefinition>(definition: D): D {
  return definition;
}

/** A text that holds at least one `{{ … }}`. */
export const templateText = z.string().regex(/\{\{[\s\S]*\}\}/, "must be a value or a {{ reference }}");

/** A field that may be written as its value or as a `{{ … }}` template that gives the value when the step runs. */
export function templated<T extends z.ZodType>(schema: T): z.ZodUnion<[T, typeof templateText]> {
  return z.union([schema, templateText]);
}

/** What an effect's executor may touch. Everything that leaves goes through here. */
export interface ExecuteContext {
  runId: string;
  stepId: string;
  attempt: number;
  /** `run.step.attempt`: sent with every effect. */
  idempotencyKey: string;
  /** Aborted by cancel, by the step's time limit and by shutdown. */
  signal: AbortSignal;
  model(request: Omit<ModelRequest, "signal" | "idempotencyKey">): Promise<ModelAnswer>;
  /**
   * Asks a registered agent by `ask`, or the next one that can do all that it can, while it is away or fails for reasons of its own.
   * What it is given is checked against its contract first.
   */
  agent(ref: AgentRef, given: Json, ask: (agent: PinnedAgent) => Promise<ModelAnswer>): Promise<ModelAnswer>;
  http: HttpClient;
  /** A credential of the run's organisation. From then on its secret is masked in all that the step gives. */
  credential(name: string): Promise<BoundCredential>;
  /** Tells the organisation an event. Told twice under the same step and attempt, it counts once. */
  publish(event: { name: string; key: string | null; payload: Json }): Promise<void>;
  log(level: LogLine["level"], message: string): void;
}

/** Runs an effect: its evaluated config in, its outcome out. Throws BatonError. Only `nodes/TYPE/execute.ts` holds these. */
export type Execute = (context: ExecuteContext, input: Record<string, Json>) => Promise<Outcome>;

/** Runs a computing node inside the turn: pure, immediate. Throws BatonError for input that makes no sense. */
export type Compute = (input: Record<string, Json>) => Outcome;
