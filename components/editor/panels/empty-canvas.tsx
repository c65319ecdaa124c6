"use client";

import { FilePlus2, FlaskConical, LayoutTemplate } from "lucide-react";
import { useState } from "react";
import { type TemplateSummary, templateListSchema, templateSchema } from "../../../contracts/api/template.ts";
import { errorWords } from "../../api-client.ts";
import { useApi } from "../../shell/workspace-context.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Spinner } from "../../ui/spinner.tsx";
import { toast } from "../../ui/toast.tsx";
import { useEditor, useEditorState } from "../editor-context.tsx";
import { blankFile, exampleFile } from "./first-files.ts";

/** Nothing is drawn yet: three ways to begin, on the canvas itself. It is a place to drop the first step onto, too. */
export function EmptyCanvas() {
  const empty = useEditorState((state) => state.file.nodes.length === 0);
  const { mayWrite } = useEditor();
  return empty && mayWrite ? <Beginnings /> : null;
}

function Beginnings() {
  const { editor, actions } = useEditor();
  const api = useApi();
  const [templates, setTemplates] = useState<TemplateSummary[] | null>(null);
  const [busy, setBusy] = useState(false);

  async function listTemplates() {
    setBusy(true);
    try {
      setTemplates(await api.call("GET", "/templates", templateListSchema));
    } catch (thrown) {
      toast({ tone: "failure", title: "The templates could not be read", description: errorWords(thrown) });
    } finally {
      setBusy(false);
    }
  }

  async function useTemplate(slug: string) {
    setBusy(true);
    try {
      const { definition } = await api.call("GET", `/templates/${slug}`, templateSchema);
      editor.replace(definition, "Begin with a template");
      actions.canvas?.fit();
    } catch (thrown) {
      toast({ tone: "failure", title: "The template could not be read", description: errorWords(thrown) });
      setBusy(false);
    }
  }

  function begin(make: typeof blankFile) {
    editor.replace(make(editor.state.file), "Begin");
    actions.canvas?.fit();
  }

  return (
    <div className="pointer-events-none absolute inset-0 z-10 grid place-items-center">
      <div className="pointer-events-auto grid w-112 gap-3 p-4">
        <h2 className="text-center text-base font-semibold">How do you want to begin?</h2>
        {templates === null ? (
          <div className="grid gap-2">
            <Choice
              icon={<FilePlus2 aria-hidden />}
              title="Blank"
              words="A start and an output; you draw what lies between."
              onClick={() => begin(blankFile)}
            />
            <Choice
              icon={busy ? <Spinner /> : <LayoutTemplate aria-hidden />}
              title="Template"
              words="A whole workflow to change: procurement, deals, reports."
              onClick={() => void listTemplates()}
            />
            <Choice
              icon={<FlaskConical aria-hidden />}
              title="Example"
              words="One agent writes, another judges. It runs as it is, without any key."
              onClick={() => begin(exampleFile)}
            />
          </div>
        ) : (
          <div className="grid max-h-96 gap-2 overflow-y-auto">
            {templates.map((template) => (
              <Choice
                key={template.slug}
                icon={<LayoutTemplate aria-hidden />}
                title={template.name}
                words={template.description}
                disabled={busy}
                onClick={() => void useTemplate(template.slug)}
              />
            ))}
          </div>
        )}
        <p className="text-center text-xs text-subtle">
          Or drag a step from the left, or press <Kbd>N</Kbd>
        </p>
      </div>
    </div>
  );
}

interface ChoiceProps {
  icon: React.ReactNode;
  title: string;
  words: string;
  disabled?: boolean;
  onClick(): void;
}

function Choice({ icon, title, words, disabled = false, onClick }: ChoiceProps) {
  return (
    <button
      type="button"
      disabled={disabled}
      onClick={onClick}
      className="flex items-start gap-3 rounded-lg border border-line-strong bg-surface p-3 text-left transition-colors hover:border-accent hover:bg-hover disabled:opacity-50 [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-accent-text"
    >
      {icon}
      <span className="grid">
        <span className="text-sm font-medium">{title}</span>
        <span className="line-clamp-2 text-xs text-subtle">{words}</span>
      </span>
    </button>
  );
}
