import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ApprovalInbox } from "../../../../components/inbox/approval-inbox.tsx";
import { readWhich } from "../../../../components/inbox/inbox-address.ts";
import { isUuid } from "../../../../components/records/rows.ts";
import { requireWorkspace } from "../../../session.ts";
import { firstOf, type IdProps, type SearchProps } from "../../../route-props.ts";
import { firstApprovals } from "../first-approvals.ts";

export const metadata: Metadata = { title: "Approval" };

export default async function ApprovalPage({ params, searchParams }: IdProps & SearchProps) {
  const workspace = await requireWorkspace();
  const { id } = await params;
  if (!isUuid(id)) notFound();
  const show = readWhich(firstOf((await searchParams)["show"]));
  return <ApprovalInbox asked={id} show={show} initial={await firstApprovals(workspace, show)} />;
}
