import type { Metadata } from "next";
import { listMembers } from "../../../../components/records/organization.ts";
import { Members } from "../../../../components/settings/members.tsx";
import { requireWorkspace } from "../../../session.ts";

export const metadata: Metadata = { title: "Members" };

export default async function MembersRoute() {
  const { client, organization } = await requireWorkspace();
  return <Members initial={await listMembers(client, organization.id)} />;
}
