"use client";

import { FileUp } from "lucide-react";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { z } from "zod";
import { ApiError, errorWords } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";

const maxBytes = 1_000_000;
const importedSchema = z.object({ id: z.uuid() });

/** Takes a workflow file by drop, choice or paste. One that has faults is refused whole, each fault with its path. */
export function ImportDialog() {
  const api = useApi();
  const router = useRouter();
  const picker = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{
    description: string;
    faults: readonly { path: string; message: string }[];
  } | null>(null);

  async function take(file: File | undefined) {
    if (file === undefined) return;
    if (file.size > maxBytes)
      setFailure({ description: `${file.name} is larger than 1 MB, the limit of a workflow file.`, faults: [] });
    else {
      setFailure(null);
      setText(await file.text());
    }
  }

  async function send() {
    setFailure(null);
    const fault = fileFault(text);
    if (fault !== null) return setFailure({ description: fault, faults: [] });
    setBusy(true);
    try {
      const made = await api.call("POST", "/workflows", importedSchema, text);
      setOpen(false);
      setText("");
      router.push(`/workflows/${made.id}`);
    } catch (thrown) {
      setFailure({ description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] });
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <FileUp aria-hidden /> Import
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Import a workflow"
        description="A JSON file that was exported from Baton or written by hand."
        width="wide"
        footer={
          <>
            <Button size="medium" onClick={() => picker.current?.click()} className="mr-auto">
              <FileUp aria-hidden /> Choose a file
            </Button>
            <Button size="medium" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button size="medium" tone="primary" busy={busy} disabled={text.trim() === ""} onClick={() => void send()}>
              Import
            </Button>
          </>
        }
      >
        <div
          className="grid gap-3"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void take(event.dataTransfer.files[0]);
          }}
        >
          {failure !== null && <ErrorState title="Nothing was imported" {...failure} />}
          <input
            ref={picker}
            type="file"
            accept=".json,application/json"
            aria-label="Workflow file"
            className="hidden"
            onChange={(event) => {
              void take(event.target.files?.[0]);
              // The same file may be chosen again after it was mended.
              event.target.value = "";
            }}
          />
          <Field label="Workflow file" required hint="Paste it here, drop it, or choose a file.">
            {(control) => (
              <Textarea
                {...control}
                rows={14}
                spellCheck={false}
                className="font-mono text-xs"
                placeholder={'{ "schemaVersion": 1, "name": "…", "nodes": [], "edges": [] }'}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
        </div>
      </Dialog>
    </>
  );
}

/** What is wrong with a file before it is sent; null when it is JSON of a size that is taken. */
function fileFault(text: string): string | null {
  if (new Blob([text]).size > maxBytes) return "This is larger than 1 MB, the limit of a workflow file.";
  try {
    JSON.parse(text);
    return null;
  } catch (problem) {
    return `This is not JSON: ${problem instanceof Error ? problem.message : "it cannot be read"}`;
  }
}
