import type { Metadata } from "next";
import { LinkedApproval } from "../../../components/inbox/linked-approval.tsx";

export const metadata: Metadata = { title: "A decision", referrer: "no-referrer", robots: { index: false } };

export default async function LinkedApprovalPage({ params }: { params: Promise<{ token: string }> }) {
  return <LinkedApproval token={(await params).token} />;
}
