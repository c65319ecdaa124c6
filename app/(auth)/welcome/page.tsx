import type { Metadata } from "next";
import { WelcomeForm } from "../../../components/auth/welcome-form.tsx";
import { listOrganizations } from "../../../components/records/organization.ts";
import { requireUser } from "../../session.ts";

export const metadata: Metadata = { title: "Name your organisation" };

export default async function WelcomePage() {
  const { client, user } = await requireUser();
  const organizations = await listOrganizations(client, user.id);
  return <WelcomeForm first={organizations.length === 0} email={user.email} />;
}
