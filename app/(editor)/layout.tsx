import type { ReactNode } from "react";
import { EditorFrame } from "../../components/editor/editor-frame.tsx";
import { requireWorkspace } from "../session.ts";

/** The editor takes the whole window: its canvas needs the room, and the way back stands in its toolbar. */
export default async function EditorLayout({ children }: { children: ReactNode }) {
  const { user, organizations, organization } = await requireWorkspace();
  const mailbox = process.env["BATON_MAILBOX_URL"] !== undefined;
  return <EditorFrame value={{ user, organizations, organization, mailbox }}>{children}</EditorFrame>;
}
