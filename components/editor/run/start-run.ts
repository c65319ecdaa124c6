import { isJsonObject, type Json } from "../../../engine/json.ts";
import { errorWords } from "../../api-client.ts";
import { formFields } from "../../workflows/json-schema.ts";
import { toast } from "../../ui/toast.tsx";
import type { EditorParts } from "../editor-context.tsx";
import { sameFile } from "../store/draft-server.ts";

/** Whether what is drawn has to be published before it can run. */
export function isAhead({ editor, published }: Pick<EditorParts, "editor" | "published">): boolean {
  const { version, file } = published.getState();
  return file === null || version === null || !sameFile(editor.state.file, file);
}

/** Runs at once where nothing is to be asked or told; else opens the dialog that does. */
export function askToRun(parts: EditorParts): void {
  const { editor, view, runs } = parts;
  if (runs.going) {
    toast({
      title: "A run is under way",
      description: "Stop it first, or take it off the canvas: then it goes on by itself.",
    });
    return;
  }
  // What is published compiled when it was published.
  if (!isAhead(parts) && formFields(editor.state.file.input).length === 0) void run(parts, {});
  else view.setState({ dialog: "run" });
}

/** Runs again with what the last run was given. */
export function runAgain(parts: EditorParts): void {
  const last = parts.runs.last.getState().run;
  const { problems } = parts.editor.state;
  if (last === null || parts.runs.going || problems.some(isError)) askToRun(parts);
  else void run(parts, isJsonObject(last.input) ? last.input : {});
}

function isError({ severity }: { severity: "error" | "warning" }): boolean {
  return severity === "error";
}

async function run({ runs }: EditorParts, input: Json): Promise<void> {
  try {
    await runs.start(input);
  } catch (thrown) {
    toast({ tone: "failure", title: "The run was not started", description: errorWords(thrown) });
  }
}

export async function stopRun({ runs }: EditorParts): Promise<void> {
  try {
    await runs.stop();
  } catch (thrown) {
    toast({ tone: "failure", title: "The run was not stopped", description: errorWords(thrown) });
  }
}
