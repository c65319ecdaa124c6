import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { loadDraft } from "../../../../../components/editor/draft-record.ts";
import { EditorPage } from "../../../../../components/editor/editor-page.tsx";
import { loadDefinition } from "../../../../../components/records/workflow.ts";
import type { IdProps } from "../../../../route-props.ts";
import { requireWorkspace } from "../../../../session.ts";

export const metadata: Metadata = { title: "Editor" };

export default async function EditorRoute({ params }: IdProps) {
  const { client } = await requireWorkspace();
  const record = await loadDraft(client, (await params).id);
  if (record === null) notFound();
  const published =
    record.published_version === null ? null : await loadDefinition(client, record.id, record.published_version);
  return <EditorPage key={record.id} record={record} published={published} />;
}
