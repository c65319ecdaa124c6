"use client";

import { useState } from "react";
import type { Family } from "../../../engine/workflow/definition.ts";
import { SearchInput } from "../../ui/search-input.tsx";
import { SegmentedControl } from "../../ui/segmented-control.tsx";
import { bestFirst } from "../best-first.ts";
import { draggedType } from "../canvas/dragged.ts";
import { NodeIcon } from "../canvas/node-icon.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { typesFor } from "../store/pick.ts";
import { Outline } from "./outline.tsx";

const families: { family: Family; label: string }[] = [
  { family: "trigger", label: "Start" },
  { family: "agent", label: "Agents" },
  { family: "people", label: "People" },
  { family: "logic", label: "Choice" },
  { family: "flow", label: "Flow" },
  { family: "data", label: "Data" },
];

/** The left side: steps to add, or the steps there are. */
export function LeftPanel() {
  const { view, mayWrite } = useEditor();
  const open = useView((state) => state.palette);
  const side = useView((state) => (mayWrite ? state.side : "outline"));
  if (!open) return null;
  return (
    <aside
      aria-label={side === "steps" ? "Steps to add" : "Outline"}
      className="flex w-52 shrink-0 flex-col border-r bg-surface"
    >
      {mayWrite ? (
        <div className="p-2">
          <SegmentedControl
            label="What is listed"
            value={side}
            onValueChange={(next) => view.setState({ side: next })}
            options={[
              { value: "steps", label: "Add" },
              { value: "outline", label: "Outline" },
            ]}
            className="grid w-full grid-cols-2 [&>*]:justify-center"
          />
        </div>
      ) : (
        <h2 className="px-3.5 py-2.5 text-xs font-medium">Outline</h2>
      )}
      {side === "steps" ? <Palette /> : <Outline />}
    </aside>
  );
}

/** Every kind of step, to drag onto the canvas or to click. */
function Palette() {
  const { actions } = useEditor();
  const [search, setSearch] = useState("");
  const file = useEditorState((state) => state.file);
  const shown = bestFirst(typesFor(file, { kind: "add" }), search, (each) => `${each.description} ${each.type}`);
  return (
    <>
      <div className="px-2 pb-2">
        <SearchInput
          id="palette-search"
          label="Search steps"
          value={search}
          onValueChange={setSearch}
          onKeyDown={(event) => {
            const [first] = shown;
            if (event.key === "Enter" && first !== undefined) actions.add(first.type);
            else if (event.key === "Escape") setSearch("");
          }}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {families.map(({ family, label }) => {
          const types = shown.filter((each) => each.family === family);
          if (types.length === 0) return null;
          return (
            <div key={family} className="mb-2">
              <h2 className="px-1.5 py-1 text-2xs font-medium text-subtle">{label}</h2>
              {types.map((each) => (
                <button
                  key={each.type}
                  type="button"
                  draggable
                  title={each.description}
                  data-testid={`palette-${each.type}`}
                  onDragStart={(event) => {
                    event.dataTransfer.setData(draggedType, each.type);
                    event.dataTransfer.effectAllowed = "copy";
                  }}
                  onClick={() => actions.add(each.type)}
                  className="flex h-9 w-full items-center gap-2 rounded-md px-1.5 text-left text-sm hover:bg-hover"
                >
                  <NodeIcon node={each} />
                  <span className="truncate">{each.title}</span>
                </button>
              ))}
            </div>
          );
        })}
        {shown.length === 0 && <p className="px-1.5 text-xs text-subtle">No step is called that.</p>}
      </div>
    </>
  );
}
