"use client";

import { useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { classNames } from "../../ui/class-names.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { SearchInput } from "../../ui/search-input.tsx";
import { NodeIcon } from "../canvas/node-icon.tsx";
import { useEditor, useView } from "../editor-context.tsx";
import { nameOf } from "../store/graph.ts";
import { keyNames } from "./keys.ts";
import { commands, isOffered } from "./registry.ts";
import { focusFirst } from "../focus-first.ts";

interface Row {
  key: string;
  title: string;
  words: string;
  keys: string | undefined;
  node: { type: string } | null;
  take(): void;
}

const mostNodes = 12;

/** Every command and every step by its name: Mod+K. */
export function CommandPalette() {
  const parts = useEditor();
  const open = useView((state) => state.dialog === "commands");
  return (
    <Dialog open={open} onOpenChange={() => parts.view.setState({ dialog: null })} title="Commands and steps">
      {open && <PaletteBody />}
    </Dialog>
  );
}

function PaletteBody() {
  const parts = useEditor();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState(0);
  const wanted = search.trim().toLowerCase();
  const rows = rowsFor(parts, wanted);
  const active = Math.min(chosen, rows.length - 1);
  function take(row: Row | undefined) {
    if (row === undefined) return;
    parts.view.setState({ dialog: null });
    // After the dialog gave the keyboard back.
    requestAnimationFrame(() => row.take());
  }
  return (
    <div className="grid gap-2">
      <SearchInput
        label="Search commands and steps"
        value={search}
        onValueChange={(next) => {
          setSearch(next);
          setChosen(0);
        }}
        role="combobox"
        aria-expanded
        aria-controls="command-rows"
        aria-activedescendant={rows[active] === undefined ? undefined : `command-${rows[active].key}`}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setChosen((active + 1) % Math.max(1, rows.length));
          else if (event.key === "ArrowUp") setChosen((active - 1 + rows.length) % Math.max(1, rows.length));
          else if (event.key === "Enter") take(rows[active]);
          else return;
          event.preventDefault();
        }}
        ref={focusFirst}
      />
      <div id="command-rows" role="listbox" aria-label="Commands and steps" className="max-h-96 overflow-y-auto">
        {rows.map((row, index) => (
          <div
            key={row.key}
            id={`command-${row.key}`}
            role="option"
            aria-selected={index === active}
            tabIndex={-1}
            ref={index === active ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            onMouseEnter={() => setChosen(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(row)}
            onKeyDown={(event) => event.key === "Enter" && take(row)}
            className={classNames(
              "flex h-8 cursor-default items-center gap-2.5 rounded-md px-2 text-sm",
              index === active && "bg-hover",
            )}
          >
            {row.node !== null && <NodeIcon node={row.node} className="size-6 [&_svg]:size-3.5" />}
            <span className="min-w-0 flex-1 truncate" dir="auto">
              {row.title}
            </span>
            <span className="text-xs text-subtle">{row.words}</span>
            {row.keys !== undefined && keyNames(row.keys, isMac()).map((key) => <Kbd key={key}>{key}</Kbd>)}
          </div>
        ))}
        {rows.length === 0 && <p className="p-2 text-sm text-subtle">Nothing is called that.</p>}
      </div>
    </div>
  );
}

function rowsFor(parts: ReturnType<typeof useEditor>, wanted: string): Row[] {
  const known = commands
    .filter((command) => command.id !== "commands" && isOffered(command, parts))
    .filter((command) => `${command.title} ${command.group}`.toLowerCase().includes(wanted))
    .map((command): Row => ({
      key: command.id,
      title: command.title,
      words: command.group,
      keys: command.keys[0],
      node: null,
      take: () => command.run(parts),
    }));
  const nodes = parts.editor.state.file.nodes
    .filter((node) => wanted !== "" && `${nameOf(node)} ${node.id}`.toLowerCase().includes(wanted))
    .slice(0, mostNodes)
    .map((node): Row => ({
      key: `node-${node.id}`,
      title: nameOf(node),
      words: "Go to",
      keys: undefined,
      node,
      take: () => {
        parts.editor.goTo(node.id);
        parts.actions.canvas?.reveal(node.id);
      },
    }));
  return [...nodes, ...known];
}

/** Whether this keyboard has a command key. */
export function isMac(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
}
