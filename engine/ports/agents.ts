import type { AgentRef, AgentSettings } from "../agent.ts";

/** A version of a registered agent, as a run uses it. */
export interface PinnedAgent {
  id: string;
  version: number;
  name: string;
  status: "active" | "disabled";
  capabilities: string[];
  settings: AgentSettings;
}

/** One attempt in which an agent was asked. */
export interface AgentCall {
  runId: string;
  orgId: string;
  stepId: string;
  attempt: number;
  agent: Pick<PinnedAgent, "id" | "version">;
  /** Code of the error; null when it answered. */
  errorCode: string | null;
  costUsd: number;
  ms: number;
}

/** The organisation's registry, as the steps of a run see it: the same agent and version whenever a run asks. */
export interface AgentRegistry {
  /** Null when the organisation has no such agent or version. */
  pin(run: { runId: string; orgId: string }, ref: AgentRef): Promise<PinnedAgent | null>;
  /** Active agents that can do all that `agent` can, in the order in which they are asked in its place. */
  equals(run: { runId: string; orgId: string }, agent: PinnedAgent): Promise<PinnedAgent[]>;
  record(call: AgentCall): Promise<void>;
}
