import { z } from "zod";
import { type WorkflowFile, workflowFileSchema } from "../../../engine/workflow/file.ts";
import { ApiError, type ApiClient } from "../../api-client.ts";
import { type DraftDrawer, type DraftServer, SaveFault, type StoredDraft } from "./autosave.ts";

const savedSchema = z.object({ revision: z.number() });
const draftSchema = z.object({ revision: z.number(), definition: workflowFileSchema });

/** Drafts by the product's API. */
export function apiDrafts(api: ApiClient, workflowId: string): DraftServer {
  return {
    async save({ revision, file }) {
      try {
        const body = { revision, definition: file };
        return (await api.call("PUT", `/workflows/${workflowId}`, savedSchema, body)).revision;
      } catch (thrown) {
        throw faultOf(thrown);
      }
    },
    async load() {
      const { revision, definition } = await api.call("GET", `/workflows/${workflowId}`, draftSchema);
      return { revision, file: definition };
    },
  };
}

function faultOf(thrown: unknown): SaveFault {
  if (!(thrown instanceof ApiError)) return new SaveFault("offline", "It could not be saved. It will be tried again.");
  if (thrown.status === 409) return new SaveFault("conflict", thrown.message);
  if (thrown.status === 401) return new SaveFault("signed-out", thrown.message);
  const again = thrown.status === 0 || thrown.status === 429 || thrown.status >= 500;
  const [first] = thrown.faults;
  const words = first === undefined ? thrown.message : `${thrown.message} ${first.path}: ${first.message}`;
  return new SaveFault(again ? "offline" : "refused", words);
}

const keptSchema = z.object({ revision: z.number(), file: workflowFileSchema });

/** A drawer in the browser's own storage, one for each workflow. */
export function browserDrawer(storage: Storage, workflowId: string): DraftDrawer {
  const key = `baton-draft:${workflowId}`;
  return {
    keep(draft: StoredDraft) {
      try {
        storage.setItem(key, JSON.stringify(draft));
        return true;
      } catch (problem) {
        // Full, or forbidden by the browser: the status says that nothing is kept here.
        if (problem instanceof DOMException) return false;
        throw problem;
      }
    },
    read() {
      const text = storage.getItem(key);
      if (text === null) return null;
      const draft = keptSchema.safeParse(parsed(text));
      return draft.success ? draft.data : null;
    },
    clear() {
      storage.removeItem(key);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) return null;
    throw problem;
  }
}

/** Whether two files say the same, in whatever order their fields were stored (Postgres keeps objects without their order). */
export function sameFile(a: WorkflowFile, b: WorkflowFile): boolean {
  if (a === b) return true;
  if (a.nodes.length !== b.nodes.length || a.edges.length !== b.edges.length) return false;
  const { nodes, edges, ...rest } = a;
  const { nodes: otherNodes, edges: otherEdges, ...otherRest } = b;
  return sorted(rest) === sorted(otherRest) && sameParts(nodes, otherNodes) && sameParts(edges, otherEdges);
}

/** Parts are written out once: an edit replaces what it changes, so of a thousand nodes one is new at each comparison. */
const written = new WeakMap<object, string>();

function sameParts(parts: readonly object[], others: readonly object[]): boolean {
  return parts.every((part, index) => part === others[index] || textOf(part) === textOf(others[index]));
}

function textOf(part: object | undefined): string {
  if (part === undefined) return "";
  const known = written.get(part);
  if (known !== undefined) return known;
  const text = sorted(part);
  written.set(part, text);
  return text;
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : each,
  );
}
