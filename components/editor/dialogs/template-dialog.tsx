"use client";

import { SaveTemplateDialog } from "../../templates/save-template-dialog.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { saveFirst } from "./publish.ts";

/** Keeps what is drawn as a template; what is not saved yet is saved before. */
export function TemplateDialog() {
  const parts = useEditor();
  const open = useView((state) => state.dialog === "template");
  const name = useEditorState((state) => state.file.name);
  const description = useEditorState((state) => state.file.description);
  return (
    <SaveTemplateDialog
      workflow={{ id: parts.workflowId, name, description }}
      open={open}
      onOpenChange={() => parts.view.setState({ dialog: null })}
      before={() => saveFirst(parts)}
    />
  );
}
