import type { Metadata } from "next";
import { ApprovalInbox } from "../../../components/inbox/approval-inbox.tsx";
import { readWhich } from "../../../components/inbox/inbox-address.ts";
import { firstOf, type SearchProps } from "../../route-props.ts";
import { requireWorkspace } from "../../session.ts";
import { firstApprovals } from "./first-approvals.ts";

export const metadata: Metadata = { title: "Approvals" };

export default async function ApprovalsPage({ searchParams }: SearchProps) {
  const show = readWhich(firstOf((await searchParams)["show"]));
  return <ApprovalInbox asked={null} show={show} initial={await firstApprovals(await requireWorkspace(), show)} />;
}
