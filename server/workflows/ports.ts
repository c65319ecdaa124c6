import type { Workflow, WorkflowSummary, WorkflowVersion } from "../../contracts/api/workflow.ts";
import type { Json } from "../../engine/json.ts";
import type { AuditEntry } from "../audit.ts";
import type { Page, PageRequest } from "../page.ts";

/** Every method is bound to one organisation: another one's ids find nothing. Writes put their audit row in the same transaction. */
export interface WorkflowStore {
  /** Stores a workflow; with `publish`, its definition as version 1 as well. */
  insert(workflow: NewWorkflow, audit: AuditEntry): Promise<void>;
  get(orgId: string, id: string): Promise<Workflow | null>;
  list(
    orgId: string,
    page: PageRequest & { search: string | null; tag: string | null },
  ): Promise<Page<WorkflowSummary>>;
  /** Replaces the draft if it still is at `revision`; "conflict" otherwise, null when there is no such workflow. */
  saveDraft(draft: DraftChange, audit: AuditEntry): Promise<{ revision: number } | "conflict" | null>;
  /** Adds a version with this definition, which was the draft at `revision`, and makes it the published one. */
  publish(
    version: { orgId: string; id: string; revision: number; definition: Json; note: string; by: string | null },
    audit: AuditEntry,
  ): Promise<{ version: number } | "conflict" | null>;
  /** Archives a workflow, or brings an archived one back; false where there is none to change. */
  archive(orgId: string, id: string, archived: boolean, audit: AuditEntry): Promise<boolean>;
  /** Replaces the tags; false where there is no such workflow. */
  tag(orgId: string, id: string, tags: readonly string[], audit: AuditEntry): Promise<boolean>;
  definition(orgId: string, id: string, version: number): Promise<Json | null>;
  versions(orgId: string, id: string): Promise<WorkflowVersion[]>;
  /** Steps of other workflows, published or drawn, that run the newest version of this one. */
  callers(orgId: string, id: string): Promise<CallingStep[]>;
  /** Name and published version, without the definition: what starting a run asks. */
  published(orgId: string, id: string): Promise<{ name: string; version: number | null } | null>;
}

export interface CallingStep {
  workflowName: string;
  where: "draft" | "published";
  node: string;
  nodeName: string;
  /** As it is set: an object of fields, or one expression for all of them. */
  input: Json;
}

export interface NewWorkflow {
  id: string;
  orgId: string;
  name: string;
  description: string;
  definition: Json;
  publish: boolean;
  by: string | null;
}

export interface DraftChange {
  orgId: string;
  id: string;
  revision: number;
  name: string;
  description: string;
  definition: Json;
  by: string | null;
}
