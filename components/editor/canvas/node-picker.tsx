"use client";

import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { classNames } from "../../ui/class-names.ts";
import { SearchInput } from "../../ui/search-input.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { nameOf, nodesOf, summaryOf } from "../store/graph.ts";
import { targetsOf, typesFor } from "../store/pick.ts";
import type { PickPurpose } from "../store/view-store.ts";
import { NodeIcon } from "./node-icon.tsx";
import { focusFirst } from "../../ui/focus-first.ts";
import { bestFirst } from "../best-first.ts";

interface Choice {
  key: string;
  node: { type: string };
  title: string;
  words: string;
  take(): void;
}

const width = 300;
const height = 360;

/** Picks a node type, or a node to connect to, where it is wanted: at the end of a line, on an edge, beside the chosen step. */
export function NodePicker() {
  const picker = useView((state) => state.picker);
  return picker === null ? null : (
    <OpenPicker key={JSON.stringify(picker)} screen={picker.screen} purpose={picker.purpose} />
  );
}

function OpenPicker({ screen, purpose }: { screen: { x: number; y: number } | null; purpose: PickPurpose }) {
  const { view } = useEditor();
  const box = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState(0);
  const choices = useChoices(purpose);
  const shown = bestFirst(choices, search, (each) => `${each.words} ${each.key}`);
  const active = Math.min(chosen, shown.length - 1);

  useLeaving(box);

  function press(event: React.KeyboardEvent) {
    if (event.key === "ArrowDown") setChosen((active + 1) % Math.max(1, shown.length));
    else if (event.key === "ArrowUp") setChosen((active - 1 + shown.length) % Math.max(1, shown.length));
    else if (event.key === "Enter") take(shown[active]);
    else if (event.key === "Escape" && search === "") view.setState({ picker: null });
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function take(choice: Choice | undefined) {
    if (choice === undefined) return;
    view.setState({ picker: null });
    choice.take();
  }

  return (
    <div
      ref={box}
      role="dialog"
      aria-label={wordsOf(purpose)}
      style={placeOf(screen)}
      className="fixed z-40 flex w-75 flex-col rounded-lg border border-line bg-raised shadow-raised animate-appear"
    >
      <div className="border-b p-2">
        <SearchInput
          label={wordsOf(purpose)}
          value={search}
          onValueChange={(next) => {
            setSearch(next);
            setChosen(0);
          }}
          role="combobox"
          aria-expanded
          aria-controls="node-choices"
          aria-activedescendant={shown[active] === undefined ? undefined : `choice-${shown[active].key}`}
          onKeyDown={press}
          ref={focusFirst}
        />
      </div>
      <div id="node-choices" role="listbox" aria-label="Choices" className="max-h-72 overflow-y-auto p-1">
        {shown.length === 0 && (
          <p className="px-2 py-3 text-xs text-subtle">
            {purpose.kind === "connect"
              ? "There is nothing this can be joined to."
              : "Nothing of that name can stand here."}
          </p>
        )}
        {shown.map((choice, index) => (
          <div
            key={choice.key}
            id={`choice-${choice.key}`}
            role="option"
            aria-selected={index === active}
            tabIndex={-1}
            ref={index === active ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            onMouseEnter={() => setChosen(index)}
            onClick={() => take(choice)}
            onKeyDown={press}
            className={classNames(
              "flex cursor-default items-center gap-2.5 rounded-md px-2 py-1.5",
              index === active && "bg-hover",
            )}
          >
            <NodeIcon node={choice.node} />
            <span className="grid min-w-0 flex-1">
              <span className="truncate text-sm" dir="auto">
                {choice.title}
              </span>
              <span className="truncate text-2xs text-subtle" dir="auto">
                {choice.words}
              </span>
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** A press elsewhere closes the picker; the keyboard goes back to where it came from. */
function useLeaving(box: RefObject<HTMLElement | null>): void {
  const { view } = useEditor();
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      // Back to where it was asked for, unless what was picked has taken the keyboard.
      if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body)
        before.focus();
    };
  }, []);

  useEffect(() => {
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false)
        view.setState({ picker: null });
    };
    document.addEventListener("pointerdown", away, true);
    return () => document.removeEventListener("pointerdown", away, true);
  }, [view, box]);
}

function useChoices(purpose: PickPurpose): Choice[] {
  const { actions } = useEditor();
  const file = useEditorState((state) => state.file);
  return useMemo(() => {
    if (purpose.kind === "connect") {
      return targetsOf(file, purpose.from).flatMap(({ id }): Choice[] => {
        const node = nodesOf(file).get(id);
        if (node === undefined) return [];
        return [
          {
            key: id,
            node,
            title: nameOf(node),
            words: summaryOf(node),
            take: () => actions.connectTo(purpose.from, id),
          },
        ];
      });
    }
    return typesFor(file, purpose).map((definition) => ({
      key: definition.type,
      node: definition,
      title: definition.title,
      words: definition.description,
      take: () => void actions.add(definition.type, purpose),
    }));
  }, [actions, file, purpose]);
}

function wordsOf(purpose: PickPurpose): string {
  switch (purpose.kind) {
    case "connect":
      return "Connect to";
    case "replace":
      return "Replace with";
    case "edge":
      return "Insert a step";
    default:
      return "Add a step";
  }
}

/** Inside the window, wherever it was asked for. */
function placeOf(screen: { x: number; y: number } | null): { left: number; top: number } {
  const at = screen ?? { x: window.innerWidth / 2 - width / 2, y: Math.max(80, window.innerHeight / 2 - height / 2) };
  return {
    left: Math.max(8, Math.min(at.x, window.innerWidth - width - 8)),
    top: Math.max(8, Math.min(at.y, window.innerHeight - height - 8)),
  };
}
