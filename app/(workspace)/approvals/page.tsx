import type { Metadata } from "next";
import { ApprovalInbox } from "../../../components/inbox/approval-inbox.tsx";
import { requireWorkspace } from "../../session.ts";
import { firstApprovals } from "./first-approvals.ts";

export const metadata: Metadata = { title: "Approvals" };

export default async function ApprovalsPage() {
  return <ApprovalInbox asked={null} initial={await firstApprovals(await requireWorkspace())} />;
}
