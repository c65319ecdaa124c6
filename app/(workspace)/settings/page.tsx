import type { Metadata } from "next";
import { listMembers } from "../../../components/records/organization.ts";
import { SettingsPage } from "../../../components/settings/settings-page.tsx";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsRoute() {
  const { client, organization } = await requireWorkspace();
  return <SettingsPage members={await listMembers(client, organization.id)} />;
}
