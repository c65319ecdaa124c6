import type { Metadata } from "next";
import { Credentials } from "../../../../components/settings/credentials.tsx";

export const metadata: Metadata = { title: "Credentials" };

export default function CredentialsRoute() {
  return <Credentials />;
}
