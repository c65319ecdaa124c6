import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { workflowFileSchema } from "../../../engine/workflow/file.ts";
import { type ApiClient, errorWords } from "../../api-client.ts";
import { download } from "../../ui/download.ts";
import { toast } from "../../ui/toast.tsx";

/** Gives a workflow to the person as a file, exactly as the command line and other organisations take it. */
export function downloadFile(file: WorkflowFile, suffix = ""): void {
  const text = `${JSON.stringify(file, null, 2)}\n`;
  download({ name: `${fileName(file.name)}${suffix}.json`, type: "application/json", text });
}

/** A version as a file. */
export async function downloadVersion(api: ApiClient, workflowId: string, version: number): Promise<void> {
  try {
    downloadFile(await loadVersion(api, workflowId, version), `-v${version}`);
  } catch (thrown) {
    toast({ tone: "failure", title: "The version could not be downloaded", description: errorWords(thrown) });
  }
}

/** A workflow's draft as a file. */
export async function downloadDraft(api: ApiClient, workflowId: string): Promise<void> {
  try {
    downloadFile(await api.call("GET", `/workflows/${workflowId}/export`, workflowFileSchema));
  } catch (thrown) {
    toast({ tone: "failure", title: "The file could not be downloaded", description: errorWords(thrown) });
  }
}

export function loadVersion(api: ApiClient, workflowId: string, version: number): Promise<WorkflowFile> {
  return api.call("GET", `/workflows/${workflowId}/export?version=${version}`, workflowFileSchema);
}

function fileName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return plain === "" ? "workflow" : plain;
}
