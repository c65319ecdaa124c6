import { publishAnswerSchema } from "../../../contracts/api/workflow.ts";
import type { ApiClient } from "../../api-client.ts";
import type { EditorParts } from "../editor-context.tsx";

/** The draft is not in a state in which it can be run or published; the words say why. */
export class NotReady extends Error {}

/** Saves what is on the screen. @throws NotReady when it could not be saved */
export async function saveFirst({ autosave }: EditorParts): Promise<void> {
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

/** Saves and publishes the draft; gives the number of the version. @throws NotReady, ApiError */
export async function publishDraft(parts: EditorParts, api: ApiClient, note: string): Promise<number> {
  await saveFirst(parts);
  const { file } = parts.editor.state;
  const body = { revision: parts.autosave.revision, note };
  const { version } = await api.call("POST", `/workflows/${parts.workflowId}/publish`, publishAnswerSchema, body);
  parts.published.setState({ version, file });
  return version;
}
