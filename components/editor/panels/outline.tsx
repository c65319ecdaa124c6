"use client";

import { ChevronRight, CircleAlert, CornerDownRight, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { classNames } from "../../ui/class-names.ts";
import { type Fault, faultsOf } from "../canvas/flow-model.ts";
import { NodeIcon } from "../canvas/node-icon.tsx";
import { useEditor, useEditorState } from "../editor-context.tsx";
import { nameOf } from "../store/graph.ts";
import { type OutlineRow, outlineRows } from "../store/outline.ts";

/**
 * The drawing as a tree, to read and change it without a mouse or without seeing it. What has the keyboard is what is chosen, so every
 * shortcut works here as on the canvas: N adds after it, C connects it, Delete removes it, Enter opens its settings.
 */
export function Outline() {
  const { actions } = useEditor();
  const problems = useEditorState((state) => state.problems);
  const faults = useMemo(() => faultsOf(problems), [problems]);
  const tree = useRef<HTMLDivElement>(null);
  const { rows, active, isChosen, go, fold, press } = useOutline(tree);
  useKeptFocus(tree);
  return (
    <div
      ref={tree}
      role="tree"
      tabIndex={-1}
      aria-label="Steps of the workflow"
      aria-multiselectable
      className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-3"
      onFocus={(event) => {
        event.currentTarget.dataset["held"] = "yes";
      }}
      onBlur={(event) => {
        // Without a next place the keyboard was not taken elsewhere: its line has just gone.
        if (event.relatedTarget !== null) event.currentTarget.dataset["held"] = "no";
      }}
    >
      {rows.length === 0 && (
        <p className="px-1.5 py-2 text-xs text-subtle">Nothing is drawn yet. Press N to add a step.</p>
      )}
      {rows.map((row, index) => (
        <OutlineLine
          key={row.key}
          row={row}
          fault={row.kind === "node" ? (faults.get(row.node.id) ?? null) : null}
          chosen={isChosen(row)}
          active={index === active}
          onFocus={() => {
            if (!isChosen(row)) go(index);
          }}
          onClick={() => {
            go(index);
            if (row.kind === "node") actions.canvas?.fit([row.key]);
          }}
          onKeyDown={press}
          onFold={fold}
        />
      ))}
    </div>
  );
}

/** The lines, which of them is chosen, and what keys do with them. */
function useOutline(tree: RefObject<HTMLElement | null>) {
  const { editor } = useEditor();
  const file = useEditorState((state) => state.file);
  const selection = useEditorState((state) => state.selection);
  const chosenEdges = useEditorState((state) => state.edges);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [place, setPlace] = useState(0);
  const rows = useMemo(() => outlineRows(file, folded), [file, folded]);
  const isChosen = (row: OutlineRow) => (row.kind === "node" ? selection.has(row.key) : chosenEdges.has(row.edge.id));
  const chosen = rows.findIndex(isChosen);
  const active = chosen >= 0 ? chosen : Math.min(place, rows.length - 1);

  function go(index: number): void {
    const row = rows[index];
    if (row === undefined) return;
    setPlace(index);
    if (row.kind === "node") editor.select([row.key]);
    else editor.select([], [row.edge.id]);
    tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.key)}"]`)?.focus();
  }

  function fold(id: string, closed: boolean): void {
    const next = new Set(folded);
    if (closed) next.add(id);
    else next.delete(id);
    setFolded(next);
  }

  function press(event: KeyboardEvent): void {
    const row = rows[active];
    if (row === undefined || event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
    if (event.key === "ArrowRight" && row.kind === "node" && row.holds && !row.open) fold(row.key, false);
    else if (event.key === "ArrowLeft" && row.kind === "node" && row.open) fold(row.key, true);
    else {
      const next = nextRow(rows, active, event.key);
      if (next === null) return;
      go(next);
    }
    event.preventDefault();
  }
  return { rows, active, isChosen, go, fold, press };
}

/** The line that a key leads to; null when it leads nowhere. */
function nextRow(rows: readonly OutlineRow[], active: number, key: string): number | null {
  const row = rows[active];
  switch (key) {
    case "ArrowDown":
      return Math.min(rows.length - 1, active + 1);
    case "ArrowUp":
      return Math.max(0, active - 1);
    case "Home":
      return 0;
    case "End":
      return rows.length - 1;
    case "ArrowRight":
      // A way on leads to the step it leads to.
      return row?.kind === "edge" ? rows.findIndex((each) => each.key === row.target.id) : active + 1;
    case "ArrowLeft":
      return rows.findLastIndex((each, index) => index < active && each.level < (row?.level ?? 0));
    default:
      return null;
  }
}

/** What was deleted had the keyboard; what follows it gets it, and nobody is thrown out of the list. */
function useKeptFocus(tree: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const lost = document.activeElement === document.body && tree.current?.dataset["held"] === "yes";
    if (lost) tree.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  });
}

interface OutlineLineProps {
  row: OutlineRow;
  fault: Fault;
  chosen: boolean;
  active: boolean;
  onFocus(): void;
  onClick(): void;
  onKeyDown(event: KeyboardEvent): void;
  onFold(id: string, closed: boolean): void;
}

function OutlineLine({ row, fault, chosen, active, onFocus, onClick, onKeyDown, onFold }: OutlineLineProps) {
  return (
    <div
      role="treeitem"
      data-row={row.key}
      aria-level={row.level}
      aria-selected={chosen}
      aria-expanded={row.kind === "node" && row.holds ? row.open : undefined}
      tabIndex={active ? 0 : -1}
      style={{ paddingLeft: 4 + (row.level - 1) * 14 }}
      onFocus={onFocus}
      onClick={onClick}
      onKeyDown={onKeyDown}
      className={classNames(
        "flex h-7 cursor-default items-center gap-1.5 rounded-md pr-1.5 text-sm hover:bg-hover",
        chosen && "bg-selected",
      )}
    >
      {row.kind === "node" ? (
        <>
          <ChevronRight
            aria-hidden
            className={classNames(
              "size-3.5 shrink-0 text-subtle transition-transform",
              row.open && "rotate-90",
              !row.holds && "invisible",
            )}
            onClick={(event) => {
              event.stopPropagation();
              onFold(row.key, row.open);
            }}
          />
          <NodeIcon node={row.node} className="size-5 [&_svg]:size-3.5" />
          <span className="min-w-0 flex-1 truncate" dir="auto">
            {nameOf(row.node)}
          </span>
          <RowFault fault={fault} />
        </>
      ) : (
        <>
          <CornerDownRight aria-hidden className="size-3.5 shrink-0 text-subtle" />
          <span className="min-w-0 flex-1 truncate text-xs text-subtle" dir="auto">
            <span className="sr-only">leads </span>
            {row.port !== null && <span className="font-medium text-muted">{row.port} </span>}
            to {nameOf(row.target)}
          </span>
        </>
      )}
    </div>
  );
}

function RowFault({ fault }: { fault: Fault }) {
  if (fault === null) return null;
  const Icon = fault === "error" ? CircleAlert : TriangleAlert;
  return (
    <>
      <Icon
        aria-hidden
        className={classNames("size-3.5 shrink-0", fault === "error" ? "text-failed" : "text-waiting")}
      />
      <span className="sr-only">{fault === "error" ? "has problems" : "has a warning"}</span>
    </>
  );
}
