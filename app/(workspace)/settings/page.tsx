import type { Metadata } from "next";
import { OrganizationPage } from "../../../components/settings/organization-page.tsx";

export const metadata: Metadata = { title: "Settings" };

export default function SettingsRoute() {
  return <OrganizationPage />;
}
