import { approvalPageSchema, type ApprovalView } from "../../../contracts/api/approval.ts";
import { ApiError } from "../../../components/api-client.ts";
import type { Which } from "../../../components/inbox/inbox-address.ts";
import { ownApi } from "../../own-api.ts";
import type { Workspace } from "../../session.ts";

/** More than this are read by the browser: with all that is needed to decide they would make the page itself late. */
const most = 25;

/** What waits, to be drawn with the page; null where it is many, cannot be read now or is not asked for, and the browser asks itself. */
export async function firstApprovals(workspace: Workspace, show: Which): Promise<ApprovalView[] | null> {
  if (show === "done") return null;
  try {
    const { items, nextCursor } = await ownApi(workspace).call(
      "GET",
      `/approvals?status=pending&limit=${most}`,
      approvalPageSchema,
    );
    return nextCursor === null ? items : null;
  } catch (problem) {
    if (problem instanceof ApiError) return null;
    throw problem;
  }
}
