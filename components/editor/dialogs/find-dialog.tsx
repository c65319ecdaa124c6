"use client";

import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/input.tsx";
import { toast } from "../../ui/toast.tsx";
import { NodeIcon } from "../canvas/node-icon.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { findText, replaceText } from "../store/find.ts";
import { nameOf, nodesOf } from "../store/graph.ts";
import { focusFirst } from "../../ui/focus-first.ts";

/** Finds words in names and settings of all steps, and replaces them: Mod+F. */
export function FindDialog() {
  const { view } = useEditor();
  const open = useView((state) => state.dialog === "find");
  return (
    <Dialog open={open} onOpenChange={() => view.setState({ dialog: null })} title="Find and replace">
      {open && <FindBody />}
    </Dialog>
  );
}

function FindBody() {
  const { editor, actions, view, mayWrite } = useEditor();
  const file = useEditorState((state) => state.file);
  const [wanted, setWanted] = useState("");
  const [by, setBy] = useState("");
  const [matchCase, setMatchCase] = useState(false);
  const matches = findText(file, wanted, matchCase);
  return (
    <div className="grid gap-3">
      <Input
        aria-label="Find"
        placeholder="Find"
        value={wanted}
        ref={focusFirst}
        onChange={(event) => setWanted(event.target.value)}
      />
      {mayWrite && (
        <div className="flex gap-2">
          <Input
            aria-label="Replace with"
            placeholder="Replace with"
            value={by}
            onChange={(event) => setBy(event.target.value)}
          />
          <Button
            size="medium"
            disabled={matches.length === 0}
            onClick={() => {
              editor.apply(replaceText(wanted, by, matchCase), { label: "Replace" });
              toast({
                tone: "success",
                title: `Replaced in ${matches.length} places`,
                action: { label: "Undo", run: () => editor.undo() },
              });
            }}
          >
            Replace all
          </Button>
        </div>
      )}
      <label htmlFor="find-case" className="flex items-center gap-1.5 text-xs text-muted">
        <Checkbox id="find-case" checked={matchCase} onCheckedChange={setMatchCase} />
        Same capitals
      </label>
      {wanted !== "" && (
        <p className="text-xs text-subtle">
          {matches.length === 0 ? "Found nowhere." : `Found in ${matches.length} places.`}
        </p>
      )}
      <ul className="max-h-80 overflow-y-auto">
        {matches.slice(0, 100).map((match) => {
          const node = nodesOf(file).get(match.node);
          if (node === undefined) return null;
          return (
            <li key={`${match.node}.${match.path.join(".")}`}>
              <button
                type="button"
                className="flex w-full items-start gap-2 rounded-md px-2 py-1.5 text-left hover:bg-hover"
                onClick={() => {
                  view.setState({ dialog: null });
                  editor.goTo(match.node, match.path);
                  actions.canvas?.fit([match.node]);
                }}
              >
                <NodeIcon node={node} className="size-6 [&_svg]:size-3.5" />
                <span className="grid min-w-0 flex-1">
                  <span className="truncate text-xs font-medium" dir="auto">
                    {nameOf(node)} <span className="font-normal text-subtle">{match.path.slice(1).join(" › ")}</span>
                  </span>
                  <span className="truncate font-mono text-2xs text-muted">{around(match.text, wanted)}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function around(text: string, wanted: string): string {
  const at = text.toLowerCase().indexOf(wanted.toLowerCase());
  return `${at > 20 ? "…" : ""}${text.slice(Math.max(0, at - 20), at + 80)}`;
}
