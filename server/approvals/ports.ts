import type { Approval } from "../../contracts/api/approval.ts";
import type { Json } from "../../engine/json.ts";
import type { Page, PageRequest } from "../page.ts";

export interface ApprovalStore {
  get(orgId: string, id: string): Promise<Approval | null>;
  list(
    orgId: string,
    page: PageRequest & { status: Approval["status"] | null; runId: string | null },
  ): Promise<Page<Approval>>;
  /** The request behind a signed link, whose signature stands for the organisation. */
  behindLink(id: string): Promise<{ orgId: string; approval: Approval } | null>;
  /** Decides once: row, signal and audit in one transaction, so of many callers one gets "decided". */
  decide(decision: RecordedDecision): Promise<DecisionOutcome>;
  /** Asks another member in place of those before, with its audit row. */
  delegate(delegation: Delegation): Promise<"delegated" | "over" | "missing" | "stranger">;
}

export interface RecordedDecision {
  orgId: string;
  id: string;
  decision: string;
  comment: string | null;
  fields: Record<string, Json>;
  actorKind: "user" | "api_key" | "system" | "link";
  actorId: string | null;
  actorLabel: string;
  via: "app" | "link" | "api" | "slack";
  ip: string | null;
  userAgent: string | null;
}

export interface Delegation {
  orgId: string;
  id: string;
  /** A member's id. */
  to: string;
  note: string | null;
  actorKind: RecordedDecision["actorKind"];
  actorId: string | null;
  actorLabel: string;
  ip: string | null;
  userAgent: string | null;
}

export interface DecisionOutcome {
  outcome: "decided" | "already" | "expired" | "cancelled" | "missing";
  approval: Approval | null;
  signal: number | null;
}
