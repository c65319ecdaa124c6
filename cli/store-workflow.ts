import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import {
  importAnswerSchema,
  publishAnswerSchema,
  workflowPageSchema,
  workflowSchema,
} from "../contracts/api/workflow.ts";
import { isJsonObject, type Json } from "../engine/json.ts";
import { parseWorkflowFile } from "../engine/workflow/parse.ts";
import type { Api } from "./api.ts";

export interface StoredWorkflow {
  id: string;
  version: number;
  name: string;
  how: "imported" | "updated" | "unchanged";
}

const fileSchema: z.ZodType<Json> = z.json();

/**
 * Brings a workflow file to the stack: the workflow of that name gets a new version if the file says something else, so that running a file
 * again and again makes no copies. A draft with changes that nobody published is never overwritten: the file then becomes a workflow beside it.
 */
export async function storeWorkflow(
  api: Api,
  source: Json,
  options: { copy?: boolean; acceptBreaking?: boolean } = {},
): Promise<StoredWorkflow> {
  const name = isJsonObject(source) && typeof source["name"] === "string" ? source["name"] : "";
  const known = options.copy === true ? null : await findByName(api, name);
  if (known === null) return add(api, source, name);
  const { publishedVersion: version, id } = known;
  const published = version === null ? null : await api.ask(`/workflows/${id}/export?version=${version}`, fileSchema);
  if (version !== null && published !== null && isSame(published, source))
    return { id, version, name, how: "unchanged" };
  const draft = await api.ask(`/workflows/${id}`, workflowSchema);
  const hasOwnChanges =
    !isSame(draft.definition, source) && (published === null || !isSame(draft.definition, published));
  if (hasOwnChanges) return storeBeside(api, source, name);
  const saved = await api.ask(`/workflows/${id}`, workflowSchema, {
    method: "PUT",
    body: { revision: draft.revision, definition: source },
  });
  const next = await api.ask(`/workflows/${id}/publish`, publishAnswerSchema, {
    method: "POST",
    body: {
      revision: saved.revision,
      note: "From the command line",
      acceptBreaking: options.acceptBreaking === true,
    },
  });
  return { id, version: next.version, name, how: "updated" };
}

const besideMark = " (from file)";

function storeBeside(api: Api, source: Json, name: string): Promise<StoredWorkflow> {
  // The copy has a draft too; if somebody edits that one as well, the file is added afresh rather than nested deeper.
  const copy = name.endsWith(besideMark);
  const named = isJsonObject(source) ? { ...source, name: `${name}${besideMark}` } : source;
  return copy ? add(api, source, name) : storeWorkflow(api, named);
}

async function add(api: Api, source: Json, name: string): Promise<StoredWorkflow> {
  const { id, version } = await api.ask("/workflows", importAnswerSchema, { method: "POST", body: source });
  return { id, version: version ?? 1, name, how: "imported" };
}

/** The workflow with exactly this name; the one changed last where several have it. */
export async function findByName(
  api: Api,
  name: string,
): Promise<{ id: string; publishedVersion: number | null } | null> {
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ search: name, limit: "200", ...(cursor === null ? {} : { cursor }) });
    const page: z.infer<typeof workflowPageSchema> = await api.ask(`/workflows?${query}`, workflowPageSchema);
    const found = page.items.find((item) => item.name === name);
    if (found !== undefined) return found;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return null;
}

/** Whether two files say the same, whatever the order of their fields and whether defaults are written out. */
function isSame(one: Json, other: Json): boolean {
  const [left, right] = [parseWorkflowFile(one), parseWorkflowFile(other)];
  return left.ok && right.ok && isDeepStrictEqual(left.file, right.file);
}
