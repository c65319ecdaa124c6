"use client";

import { useState } from "react";
import { identifierPattern, reservedNames, type WorkflowNode } from "../../../engine/workflow/file.ts";
import { NodeIcon } from "../canvas/node-icon.tsx";
import { useEditor } from "../editor-context.tsx";
import { patchNode, renameId } from "../store/edits.ts";
import { definitionOf, nameOf, nodesOf } from "../store/graph.ts";

const bare =
  "w-full min-w-0 rounded-md border border-transparent bg-transparent px-1.5 hover:border-line-strong focus-visible:border-accent focus-visible:outline-offset-0 read-only:hover:border-transparent aria-invalid:border-failed";

/** Name and id of a node. The name is for people; the id is what expressions read, and they follow when it changes. */
export function NodeHeader({ node }: { node: WorkflowNode }) {
  const { editor, mayWrite } = useEditor();
  const [id, setId] = useState<{ text: string; of: string } | null>(null);
  const typed = id !== null && id.of === node.id ? id.text : node.id;
  const fault = idFault(typed, node.id, (each) => nodesOf(editor.state.file).has(each));

  function commit() {
    setId(null);
    if (typed === node.id || fault !== null) return;
    editor.apply(renameId(node.id, typed), { label: "Rename", select: [typed] });
  }

  return (
    <header className="flex items-start gap-2 border-b px-3 py-2.5">
      <NodeIcon node={node} className="mt-0.5 size-8" />
      <div className="grid min-w-0 flex-1">
        <input
          aria-label="Name"
          id="node-name"
          value={node.name ?? ""}
          placeholder={nameOf(node)}
          maxLength={200}
          readOnly={!mayWrite}
          dir="auto"
          className={`${bare} h-6 text-sm font-semibold`}
          onChange={(event) =>
            editor.apply(patchNode(node.id, { name: event.target.value === "" ? undefined : event.target.value }), {
              label: "Rename",
              merge: `name:${node.id}`,
            })
          }
        />
        <div className="flex items-center text-xs text-subtle">
          <span className="shrink-0 pl-1.5">{definitionOf(node)?.title ?? node.type} ·</span>
          <input
            aria-label="Id, as expressions read it"
            aria-invalid={fault !== null || undefined}
            value={typed}
            maxLength={64}
            readOnly={!mayWrite}
            spellCheck={false}
            className={`${bare} h-5 px-1 font-mono text-2xs text-muted`}
            onChange={(event) => setId({ text: event.target.value, of: node.id })}
            onBlur={commit}
            onKeyDown={(event) => {
              if (event.key === "Enter") commit();
              else if (event.key === "Escape") {
                // What was typed is dropped; leaving the field would take it.
                event.stopPropagation();
                setId(null);
              }
            }}
          />
        </div>
        {fault !== null && <p className="px-1.5 text-xs text-failed">{fault}</p>}
      </div>
    </header>
  );
}

function idFault(id: string, current: string, taken: (id: string) => boolean): string | null {
  if (id === current) return null;
  if (!identifierPattern.test(id)) return "Letters, digits and _, a letter first, 64 at most.";
  if (reservedNames.includes(id)) return `“${id}” means something else in expressions.`;
  return taken(id) ? "Another node has this id." : null;
}
