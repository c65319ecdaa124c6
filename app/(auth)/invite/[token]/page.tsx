import type { Metadata } from "next";
import { InvitationPage } from "../../../../components/auth/invitation-page.tsx";
import { currentUser } from "../../../session.ts";

export const metadata: Metadata = { title: "An invitation", referrer: "no-referrer", robots: { index: false } };

export default async function InvitationRoute({ params }: { params: Promise<{ token: string }> }) {
  const signedIn = await currentUser();
  return <InvitationPage token={(await params).token} email={signedIn?.user.email ?? null} />;
}
