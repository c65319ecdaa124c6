"use client";

import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { z } from "zod";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { type ApiClient, errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";

const madeSchema = z.object({ id: z.uuid() });
const empty: WorkflowFileInput = { schemaVersion: 1, name: "Untitled workflow", nodes: [], edges: [] };

/** Makes an empty draft; gives the address at which it is edited. */
export async function makeWorkflow(api: ApiClient): Promise<string> {
  const { id } = await api.call("POST", "/workflows?draft=true", madeSchema, empty);
  return `/workflows/${id}/edit`;
}

/** Makes an empty draft and opens it. Absent for those who may not build. */
export function NewWorkflowButton() {
  const { organization } = useWorkspace();
  const api = useApi();
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  if (!may(organization.role, "build")) return null;
  async function make() {
    setBusy(true);
    try {
      router.push(await makeWorkflow(api));
    } catch (thrown) {
      toast({ tone: "failure", title: "No workflow was made", description: errorWords(thrown) });
      setBusy(false);
    }
  }
  return (
    <Button tone="primary" busy={busy} onClick={() => void make()}>
      <Plus aria-hidden /> New workflow
    </Button>
  );
}
