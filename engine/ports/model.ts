import type { Signal } from "./signal.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Usage } from "../run/event.ts";

export interface ModelMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ModelRequest {
  /** Model name as the provider knows it; null for the provider's default. */
  model: string | null;
  /** Asked in this order while the one before is away or fails for reasons of its own. */
  fallbackModels?: string[] | undefined;
  messages: ModelMessage[];
  temperature?: number | undefined;
  maxTokens?: number | undefined;
  /** JSON Schema the answer must follow (structured output). */
  schema?: { name: string; schema: JsonObject } | undefined;
  /** Sent as Idempotency-Key. */
  idempotencyKey: string;
  signal: Signal;
  /** Called with each piece of text as it streams in. */
  onText?: ((text: string) => void) | undefined;
}

export interface ModelAnswer {
  text: string;
  /** Parsed and checked against `schema`, when one was asked for. */
  value: Json | null;
  usage: Usage;
  finish: "stop" | "length" | "filter";
}

/** A model provider. Throws BatonError MODEL_* with its retry class (429 carries retryAfterMs). */
export interface Model {
  answer(request: ModelRequest): Promise<ModelAnswer>;
  /** What a model costs; null where no price is known, or nothing is paid. */
  priceOf?(model: string | null): ModelPrice | null;
}

/** US dollars for a million tokens. */
export interface ModelPrice {
  input: number;
  output: number;
}

/** Models as an organisation has them: its own providers first. A single model serves as well, for all organisations alike. */
export interface OrganizationModels {
  answer(request: ModelRequest, orgId: string): Promise<ModelAnswer>;
  priceOf?(model: string | null, orgId: string): ModelPrice | null | Promise<ModelPrice | null>;
  /** Name of the organisation's provider that answers for a model; null where the deployment's own does. */
  providerOf?(model: string | null, orgId: string): Promise<string | null>;
}
