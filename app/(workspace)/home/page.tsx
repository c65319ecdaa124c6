import type { Metadata } from "next";
import { HomePage } from "../../../components/home/home-page.tsx";
import { loadHomeRuns } from "../../../components/records/home.ts";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Home" };

export default async function HomeRoute() {
  const { client, organization } = await requireWorkspace();
  return <HomePage initial={await loadHomeRuns(client, organization.id)} />;
}
