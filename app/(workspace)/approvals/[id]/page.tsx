import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ApprovalInbox } from "../../../../components/inbox/approval-inbox.tsx";
import { isUuid } from "../../../../components/records/rows.ts";
import { requireWorkspace } from "../../../session.ts";
import type { IdProps } from "../../../route-props.ts";
import { firstApprovals } from "../first-approvals.ts";

export const metadata: Metadata = { title: "Approval" };

export default async function ApprovalPage({ params }: IdProps) {
  const workspace = await requireWorkspace();
  const { id } = await params;
  if (!isUuid(id)) notFound();
  return <ApprovalInbox asked={id} initial={await firstApprovals(workspace)} />;
}
