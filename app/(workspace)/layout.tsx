import type { ReactNode } from "react";
import { countPendingApprovals } from "../../components/records/approval.ts";
import { WorkspaceFrame } from "../../components/shell/workspace-frame.tsx";
import { requireWorkspace } from "../session.ts";

export default async function WorkspaceLayout({ children }: { children: ReactNode }) {
  const { client, user, organizations, organization } = await requireWorkspace();
  const pending = await countPendingApprovals(client, organization.id);
  const mailbox = process.env["BATON_MAILBOX_URL"] !== undefined;
  return (
    <WorkspaceFrame value={{ user, organizations, organization, mailbox }} pending={pending}>
      {children}
    </WorkspaceFrame>
  );
}
