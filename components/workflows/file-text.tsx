"use client";

import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import type { FieldControl } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { sizeWords } from "../ui/size-words.ts";

/** A file past this is refused before it is read: no run could take it, and a field this full is slow to type in. */
const maxFileBytes = 5_000_000;
const kinds = ".txt,.md,.markdown,.csv,.json,.xml,.html,.eml,text/*,application/json";

interface FileTextProps {
  control: Omit<FieldControl, "required">;
  text: string;
  onChange(text: string): void;
  /** Set where the text must be JSON of this shape. */
  shape?: "object" | "array" | "any";
}

/** A text that is typed, pasted, dropped as a file or read from one. What stood there stays until a file was read. */
export function FileText({ control, text, onChange, shape }: FileTextProps) {
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function read(file: File | undefined) {
    if (file === undefined) return;
    if (file.size > maxFileBytes) {
      setProblem(`${file.name} has ${sizeWords(file.size)}; text files up to ${sizeWords(maxFileBytes)} can be read.`);
      return;
    }
    const content = await file.text();
    if (content.includes("\0")) {
      setProblem(`${file.name} is not a text file. Save it as text, Markdown or JSON first.`);
      return;
    }
    setProblem(null);
    onChange(content);
  }

  const json = shape !== undefined;
  return (
    <div
      className="grid gap-1.5"
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        void read(event.dataTransfer.files[0]);
      }}
    >
      <Textarea
        {...control}
        rows={json ? 5 : 6}
        spellCheck={!json}
        className={classNames(json && "font-mono text-xs", over && "border-accent")}
        {...(json ? { placeholder: shape === "array" ? "[ ]" : "{ }" } : {})}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className="flex items-center justify-between gap-2">
        <input
          ref={picker}
          type="file"
          accept={kinds}
          aria-label="Read the text from a file"
          className="hidden"
          onChange={(event) => {
            void read(event.target.files?.[0]);
            // The same file may be chosen again after it was mended.
            event.target.value = "";
          }}
        />
        <Button tone="quiet" onClick={() => picker.current?.click()}>
          <Upload aria-hidden /> From a file
        </Button>
        {text !== "" && <span className="figures text-subtle">{text.length.toLocaleString("en")} characters</span>}
      </div>
      {problem !== null && (
        <p role="alert" className="text-xs text-failed">
          {problem}
        </p>
      )}
    </div>
  );
}
