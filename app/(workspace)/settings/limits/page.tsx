import type { Metadata } from "next";
import { LimitsPage } from "../../../../components/settings/limits-page.tsx";

export const metadata: Metadata = { title: "Limits" };

export default function LimitsRoute() {
  return <LimitsPage />;
}
