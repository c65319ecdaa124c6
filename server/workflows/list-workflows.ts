import type { WorkflowSummary } from "../../contracts/api/workflow.ts";
import type { Caller } from "../auth/caller.ts";
import { decodeCursor, encodeCursor } from "../page.ts";
import type { WorkflowStore } from "./ports.ts";

/** The organisation's workflows, last changed first. */
export async function listWorkflows(
  workflows: WorkflowStore,
  caller: Caller,
  query: { limit: number; cursor?: string | undefined; search?: string | undefined; tag?: string | undefined },
): Promise<{ items: WorkflowSummary[]; nextCursor: string | null }> {
  const page = await workflows.list(caller.orgId, {
    limit: query.limit,
    after: decodeCursor(query.cursor),
    search: query.search ?? null,
    tag: query.tag ?? null,
  });
  return { items: page.items, nextCursor: encodeCursor(page.next) };
}
