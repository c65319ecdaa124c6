"use client";

import { Archive, Download, Ellipsis, LayoutTemplate, Tag, Zap } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { z } from "zod";
import { errorWords, type ApiClient } from "../api-client.ts";
import { may } from "../records/organization.ts";
import type { Workflow } from "../records/workflow.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { toast } from "../ui/toast.tsx";

const SaveTemplateDialog = dynamic(
  async () => (await import("../templates/save-template-dialog.tsx")).SaveTemplateDialog,
);
const TagsDialog = dynamic(async () => (await import("./tags-dialog.tsx")).TagsDialog);
const archivedSchema = z.object({ id: z.uuid() });

interface WorkflowMenuProps {
  workflow: Pick<Workflow, "id" | "name" | "description" | "tags">;
  /** The tags that workflows of the organisation have. */
  known: readonly string[];
  /** Told after it was archived or brought back. */
  onChanged(): void;
  /** Told after its tags were changed, where that is something else. */
  onTagged?: () => void;
}

/** What can be done with a workflow besides running and editing it. */
export function WorkflowMenu({ workflow, known, onChanged, onTagged = onChanged }: WorkflowMenuProps) {
  const api = useApi();
  const { organization } = useWorkspace();
  const [saving, setSaving] = useState(false);
  const [tagging, setTagging] = useState(false);
  const writes = may(organization.role, "build");

  async function save() {
    // The file's schema is large; only who exports needs it.
    const { downloadDraft } = await import("../editor/panels/download.ts");
    await downloadDraft(api, workflow.id);
  }

  return (
    <>
      <DropdownMenu
        align="end"
        trigger={<IconButton label={`More for ${workflow.name}`} icon={<Ellipsis aria-hidden />} />}
      >
        <MenuItem asChild>
          <Link href={`/workflows/${workflow.id}/triggers`}>
            <Zap aria-hidden /> Triggers
          </Link>
        </MenuItem>
        <MenuItem icon={<Download aria-hidden />} onSelect={() => void save()}>
          Export as a file
        </MenuItem>
        {writes && (
          <>
            <MenuItem icon={<Tag aria-hidden />} onSelect={() => setTagging(true)}>
              Tags…
            </MenuItem>
            <MenuItem icon={<LayoutTemplate aria-hidden />} onSelect={() => setSaving(true)}>
              Save as a template…
            </MenuItem>
            <MenuSeparator />
            <MenuItem icon={<Archive aria-hidden />} onSelect={() => void archiveWorkflows(api, [workflow], onChanged)}>
              Archive
            </MenuItem>
          </>
        )}
      </DropdownMenu>
      {tagging && <TagsDialog workflow={workflow} known={known} open onOpenChange={setTagging} onChanged={onTagged} />}
      {saving && (
        <SaveTemplateDialog
          workflow={{ id: workflow.id, name: workflow.name, description: workflow.description ?? "" }}
          open
          onOpenChange={setSaving}
        />
      )}
    </>
  );
}

/** Archives workflows and offers to take it back. */
export async function archiveWorkflows(
  api: ApiClient,
  workflows: readonly Pick<Workflow, "id" | "name">[],
  onChanged: () => void,
): Promise<void> {
  const done: Pick<Workflow, "id" | "name">[] = [];
  try {
    for (const workflow of workflows) {
      await api.call("DELETE", `/workflows/${workflow.id}`, archivedSchema);
      done.push(workflow);
    }
  } catch (thrown) {
    toast({ tone: "failure", title: "Not everything was archived", description: errorWords(thrown) });
  }
  onChanged();
  const [first] = done;
  if (first === undefined) return;
  toast({
    tone: "success",
    title: done.length === 1 ? `“${first.name}” is archived` : `${done.length} workflows are archived`,
    description: "Runs and versions stay; new runs do not start.",
    action: { label: "Undo", run: () => void restoreWorkflows(api, done, onChanged) },
  });
}

/** Brings archived workflows back into the lists. */
export async function restoreWorkflows(
  api: ApiClient,
  workflows: readonly Pick<Workflow, "id" | "name">[],
  onChanged: () => void,
): Promise<void> {
  try {
    for (const workflow of workflows) {
      await api.call("POST", `/workflows/${workflow.id}/restore`, archivedSchema, {});
    }
  } catch (thrown) {
    toast({ tone: "failure", title: "Not everything is back", description: errorWords(thrown) });
  }
  onChanged();
}
