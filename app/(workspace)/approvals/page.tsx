import type { Metadata } from "next";
import { ApprovalInbox } from "../../../components/inbox/approval-inbox.tsx";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Approvals" };

export default async function ApprovalsPage() {
  await requireWorkspace();
  return <ApprovalInbox asked={null} />;
}
