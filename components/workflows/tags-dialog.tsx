"use client";

import { Plus, X } from "lucide-react";
import { useState } from "react";
import { taggedWorkflowSchema, workflowTagSchema, workflowTagsSchema } from "../../contracts/api/workflow.ts";
import { errorWords } from "../api-client.ts";
import type { Workflow } from "../records/workflow.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { focusFirst } from "../ui/focus-first.ts";
import { Input } from "../ui/input.tsx";

interface TagsDialogProps {
  workflow: Pick<Workflow, "id" | "name" | "tags">;
  /** The tags that other workflows have. */
  known: readonly string[];
  open: boolean;
  onOpenChange(open: boolean): void;
  onChanged(): void;
}

/** Gives a workflow its tags: those that others have already are one click away. */
export function TagsDialog({ workflow, known, open, onOpenChange, onChanged }: TagsDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Tags"
      description="Words that keep workflows apart. The list can be narrowed to one of them."
      width="narrow"
    >
      {open && <TagsForm workflow={workflow} known={known} onChanged={onChanged} onDone={() => onOpenChange(false)} />}
    </Dialog>
  );
}

type TagsFormProps = Pick<TagsDialogProps, "workflow" | "known" | "onChanged"> & { onDone(): void };

function TagsForm({ workflow, known, onChanged, onDone }: TagsFormProps) {
  const api = useApi();
  const [tags, setTags] = useState<readonly string[]>(workflow.tags);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const others = known.filter((tag) => !has(tags, tag));

  /** The tags with what is typed; null where that is no tag, and the field says why. */
  function withTyped(): readonly string[] | null {
    if (typed.trim() === "") return tags;
    const tag = workflowTagSchema.safeParse(typed);
    const next = tag.success ? workflowTagsSchema.safeParse({ tags: [...tags, tag.data] }) : tag;
    setProblem(next.success ? null : wordsFor(typed, tags));
    return next.success ? [...tags, typed.trim()] : null;
  }

  function add() {
    const next = withTyped();
    if (next === null) return;
    setTags(next);
    setTyped("");
  }

  async function save() {
    const wanted = withTyped();
    if (wanted === null) return;
    setBusy(true);
    try {
      await api.call("PUT", `/workflows/${workflow.id}/tags`, taggedWorkflowSchema, { tags: wanted });
      onChanged();
      onDone();
    } catch (thrown) {
      setProblem(errorWords(thrown));
      setBusy(false);
    }
  }

  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {tags.length > 0 && (
        <ul aria-label="Tags of this workflow" className="flex flex-wrap gap-1.5">
          {tags.map((tag) => (
            <li key={tag} className="max-w-full">
              <Button
                aria-label={`Take away ${tag}`}
                className="max-w-full"
                onClick={() => setTags(tags.filter((each) => each !== tag))}
              >
                <span className="truncate">{tag}</span> <X aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Field label="Add a tag" hint="Enter or a comma adds it." error={problem}>
        {(control) => (
          <Input
            {...control}
            ref={focusFirst}
            value={typed}
            maxLength={40}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "," && (event.key !== "Enter" || typed.trim() === "")) return;
              event.preventDefault();
              add();
            }}
          />
        )}
      </Field>
      <InUse tags={others} full={tags.length >= 10} onAdd={(tag) => setTags([...tags, tag])} />
      <div className="flex justify-end gap-2">
        <Button size="medium" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" size="medium" tone="primary" busy={busy}>
          Save
        </Button>
      </div>
    </form>
  );
}

/** The tags that other workflows have, to be taken by a click. */
function InUse({ tags, full, onAdd }: { tags: readonly string[]; full: boolean; onAdd(tag: string): void }) {
  if (tags.length === 0) return null;
  return (
    <div className="grid gap-1.5">
      <p className="text-xs text-subtle">In use already</p>
      <ul className="flex flex-wrap gap-1.5">
        {tags.slice(0, 30).map((tag) => (
          <li key={tag} className="max-w-full">
            <Button tone="quiet" className="max-w-full" disabled={full} onClick={() => onAdd(tag)}>
              <Plus aria-hidden /> <span className="truncate">{tag}</span>
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function has(tags: readonly string[], tag: string): boolean {
  return tags.some((each) => each.toLowerCase() === tag.trim().toLowerCase());
}

function wordsFor(typed: string, tags: readonly string[]): string {
  if (has(tags, typed)) return "It has this tag already.";
  return tags.length >= 10 ? "Ten tags are the most. Take one away first." : "A tag is one line without commas.";
}
