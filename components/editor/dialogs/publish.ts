import { publishAnswerSchema } from "../../../contracts/api/workflow.ts";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import type { ApiClient } from "../../api-client.ts";
import type { EditorParts } from "../editor-context.tsx";
import { sameFile } from "../store/draft-server.ts";

/** The draft is not in a state in which it can be run or published; the words say why. */
export class NotReady extends Error {}

/** Saves what is on the screen. @throws NotReady when it could not be saved */
export async function saveFirst({ autosave }: Pick<EditorParts, "autosave">): Promise<void> {
  if (await autosave.flush()) return;
  const status = autosave.status.getState();
  throw new NotReady(
    status.kind === "conflict"
      ? "Somebody else saved another version of this draft. Say first which of the two shall stand."
      : "words" in status
        ? status.words
        : "The draft could not be saved.",
  );
}

type Publishing = Pick<EditorParts, "workflowId" | "editor" | "autosave" | "published">;

/** Saves and publishes the draft; gives the number of the version. @throws NotReady, ApiError */
export async function publishDraft(
  parts: Publishing,
  api: ApiClient,
  note: string,
  acceptBreaking = false,
): Promise<number> {
  await saveFirst(parts);
  const { file } = parts.editor.state;
  const body = { revision: parts.autosave.revision, note, acceptBreaking };
  const { version } = await api.call("POST", `/workflows/${parts.workflowId}/publish`, publishAnswerSchema, body);
  parts.published.setState({ version, file });
  return version;
}

/** Saves what is drawn and sees to it that there is a version of it; gives that. @throws NotReady, ApiError */
export async function readyToRun(parts: Publishing, api: ApiClient): Promise<{ version: number; file: WorkflowFile }> {
  const { version, file: published } = parts.published.getState();
  const { file } = parts.editor.state;
  if (version === null || published === null || !sameFile(file, published)) {
    return { version: await publishDraft(parts, api, "Published to run it"), file };
  }
  await saveFirst(parts);
  return { version, file };
}
