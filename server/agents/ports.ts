import type { Agent, AgentUse, AgentVersion } from "../../contracts/api/agent.ts";
import type { AgentSettings } from "../../engine/agent.ts";
import type { AuditEntry } from "../audit.ts";
import type { Page, PageRequest } from "../page.ts";

export interface AgentFilter {
  search: string | null;
  status: "active" | "disabled" | null;
  capability: string | null;
}

export interface WrittenAgent extends Pick<Agent, "id" | "name" | "description" | "capabilities" | "status"> {
  orgId: string;
  settings: AgentSettings;
  note: string;
  by: string | null;
}

/** The registry of agents. Every method is bound to one organisation: another one's ids find nothing. */
export interface AgentStore {
  list(orgId: string, page: PageRequest & AgentFilter): Promise<Page<Agent>>;
  get(orgId: string, id: string): Promise<Agent | null>;
  versions(orgId: string, id: string): Promise<AgentVersion[]>;
  /** Where the agent is named: in drafts and in published versions. */
  uses(orgId: string, id: string): Promise<AgentUse[]>;
  /** Of these agents, those that the organisation has, each with its versions' settings. */
  known(orgId: string, ids: string[]): Promise<{ id: string; version: number; settings: AgentSettings }[]>;
  /** Names of these agents, by id. */
  names(orgId: string, ids: string[]): Promise<Map<string, string>>;
  /** Stores an agent with version 1; "taken" when another one has the name. */
  insert(agent: WrittenAgent, audit: AuditEntry): Promise<"stored" | "taken">;
  /** Changes an agent that still is at `before`; with `renew` its settings become the next version. */
  update(
    agent: WrittenAgent & { before: number; renew: boolean },
    audit: AuditEntry,
  ): Promise<"stored" | "taken" | "conflict">;
}
