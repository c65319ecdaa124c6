import { z } from "zod";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import type { ApiClient } from "../../api-client.ts";

const madeSchema = z.object({ id: z.uuid() });

/** Stores a draft as a workflow of its own; gives its id. */
export async function keepCopy(api: ApiClient, file: WorkflowFile, why: string): Promise<string> {
  const name = `${file.name.slice(0, 150)} (${why})`;
  return (await api.call("POST", "/workflows?draft=true", madeSchema, { ...file, name })).id;
}
