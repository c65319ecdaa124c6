"use client";

import { Download, FileText } from "lucide-react";
import type { Json } from "../../engine/json.ts";
import type { RunView } from "../../engine/run/projection.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import { isReference } from "../../engine/run/artifact.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { download, type TextFile } from "../ui/download.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { documentOf } from "./prose.ts";
import { ValueView } from "./value-view.tsx";

/** What the run gave, to read and to take away; and what it was given. */
export function RunResult({ view, name }: { view: RunView; name: string }) {
  const files = resultFiles(view.output, name);
  return (
    <div className="mx-auto grid max-w-4xl gap-8 p-4 sm:p-6">
      <section aria-label="Output" className="min-w-0">
        <header className="mb-3 flex items-center gap-2">
          <h2 className="flex-1 text-sm font-semibold">Output</h2>
          {files.length > 0 && (
            <>
              <CopyButton text={files[0]?.text ?? ""} label="Copy the output" />
              {files.map((file) => (
                <Button key={file.name} onClick={() => download(file)}>
                  <Download aria-hidden /> {file.label}
                </Button>
              ))}
            </>
          )}
        </header>
        {view.output === null ? (
          <EmptyState
            icon={FileText}
            className="rounded-lg border py-10"
            title={isRunEnded(view.status) ? "No output" : "Not yet"}
            description={
              isRunEnded(view.status)
                ? "The run ended without reaching an output node."
                : "What the workflow's output node gives stands here when the run completes."
            }
          />
        ) : (
          <div className="rounded-lg border p-4 sm:p-6">
            <ValueView value={view.output} label="the output" copies={false} />
          </div>
        )}
      </section>
      <section aria-label="Input" className="min-w-0">
        <h2 className="mb-3 text-sm font-semibold">Input</h2>
        <ValueView value={view.input} label="the input" />
      </section>
    </div>
  );
}

interface ResultFile extends TextFile {
  label: string;
}

/** What can be taken away: the text as a document where there is one, and everything as JSON where it is more than that text. */
function resultFiles(output: Json, name: string): ResultFile[] {
  // Who fetches it can take it away where it is shown.
  if (output === null || isReference(output)) return [];
  const stem =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "") || "output";
  const text = documentOf(output);
  const files: ResultFile[] = [];
  if (text !== null) files.push({ label: "Download text", name: `${stem}.md`, type: "text/markdown", text });
  if (typeof output !== "string") {
    files.push({
      label: "Download JSON",
      name: `${stem}.json`,
      type: "application/json",
      text: JSON.stringify(output, null, 2),
    });
  }
  return files;
}
