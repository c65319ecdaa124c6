import type { Approval, ApprovalView } from "../../contracts/api/approval.ts";
import type { Caller } from "../auth/caller.ts";
import type { Members } from "../auth/ports.ts";
import { notFound } from "../not-found.ts";
import { decodeCursor, encodeCursor } from "../page.ts";
import { mayDecide } from "./authority.ts";
import type { ApprovalStore } from "./ports.ts";

interface Parts {
  approvals: ApprovalStore;
  members: Pick<Members, "groupsOf">;
}

/** The request as this caller sees it. @throws BatonError NOT_FOUND */
export async function getApproval(parts: Parts, caller: Caller, id: string): Promise<ApprovalView> {
  const approval = await parts.approvals.get(caller.orgId, id);
  if (approval === null) throw notFound("approval");
  return view(parts, caller, approval);
}

/** The organisation's requests, the newest first. */
export async function listApprovals(
  parts: Parts,
  caller: Caller,
  query: {
    limit: number;
    cursor?: string | undefined;
    status?: Approval["status"] | undefined;
    runId?: string | undefined;
  },
): Promise<{ items: ApprovalView[]; nextCursor: string | null }> {
  const page = await parts.approvals.list(caller.orgId, {
    limit: query.limit,
    after: decodeCursor(query.cursor),
    status: query.status ?? null,
    runId: query.runId ?? null,
  });
  // Groups are asked for once, however many requests name one.
  let groups: ReturnType<Members["groupsOf"]> | null = null;
  const members: Pick<Members, "groupsOf"> = {
    groupsOf: (orgId, userId) => (groups ??= parts.members.groupsOf(orgId, userId)),
  };
  const items = await Promise.all(page.items.map((item) => view({ ...parts, members }, caller, item)));
  return { items, nextCursor: encodeCursor(page.next) };
}

async function view(parts: Parts, caller: Caller, approval: Approval): Promise<ApprovalView> {
  const open = approval.status === "pending";
  return { ...approval, canDecide: open && (await mayDecide(parts.members, caller, approval)) };
}
