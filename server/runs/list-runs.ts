import type { RunSummary } from "../../contracts/api/run.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import type { Caller } from "../auth/caller.ts";
import { decodeCursor, encodeCursor } from "../page.ts";
import type { RunStore } from "./ports.ts";

/** The organisation's runs, the newest first. */
export async function listRuns(
  runs: Pick<RunStore, "list">,
  caller: Caller,
  query: {
    limit: number;
    cursor?: string | undefined;
    status?: RunStatus | undefined;
    workflowId?: string | undefined;
  },
): Promise<{ items: RunSummary[]; nextCursor: string | null }> {
  const page = await runs.list(caller.orgId, {
    limit: query.limit,
    after: decodeCursor(query.cursor),
    status: query.status ?? null,
    workflowId: query.workflowId ?? null,
  });
  return { items: page.items, nextCursor: encodeCursor(page.next) };
}
