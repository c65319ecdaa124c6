"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { classNames } from "../ui/class-names.ts";
import { Dialog } from "../ui/dialog.tsx";
import { focusFirst } from "../ui/focus-first.ts";
import { Kbd } from "../ui/kbd.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import type { CommandSource, Found } from "./command.ts";
import { isMac, keyNames } from "./keys.ts";

interface Row extends Found {
  keys: string | undefined;
}

/** Letters after which things are asked for by name, and the pause before. */
const least = 2;
const pauseMs = 150;
const most = 60;

interface CommandPaletteProps {
  sources: readonly CommandSource[];
  onOpenChange(open: boolean): void;
}

/** Every command of the screen, and everything that can be gone to by its name: Mod+K. */
export function CommandPalette({ sources, onOpenChange }: CommandPaletteProps) {
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState(0);
  const wanted = search.trim().toLowerCase();
  const { found, searching } = useFound(sources, wanted);
  const rows = [...rowsOf(sources, wanted), ...found.map((each): Row => ({ ...each, keys: undefined }))].slice(0, most);
  const active = Math.min(chosen, rows.length - 1);
  function take(row: Row | undefined) {
    if (row === undefined) return;
    onOpenChange(false);
    // After the dialog gave the keyboard back.
    requestAnimationFrame(() => row.go());
  }
  return (
    <Dialog open onOpenChange={onOpenChange} title="Commands">
      <div className="grid gap-2">
        <SearchInput
          label="Search commands and names"
          placeholder="What do you want to do, or where to?"
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
        <div id="command-rows" role="listbox" aria-label="Commands and names" className="h-96 overflow-y-auto">
          {rows.map((row, index) => (
            <Option
              key={row.key}
              row={row}
              active={index === active}
              onEnter={() => setChosen(index)}
              onTake={() => take(row)}
            />
          ))}
          {rows.length === 0 && (
            <p className="p-2 text-sm text-subtle">{searching ? "Searching…" : "Nothing is called that."}</p>
          )}
        </div>
      </div>
    </Dialog>
  );
}

interface OptionProps {
  row: Row;
  active: boolean;
  onEnter(): void;
  onTake(): void;
}

function Option({ row, active, onEnter, onTake }: OptionProps) {
  return (
    <div
      id={`command-${row.key}`}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      ref={active ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
      onMouseMove={onEnter}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onTake}
      onKeyDown={(event) => event.key === "Enter" && onTake()}
      className={classNames(
        "flex h-8 cursor-default items-center gap-2.5 rounded-md px-2 text-sm",
        active && "bg-hover",
      )}
    >
      {row.icon}
      <span className="min-w-0 flex-1 truncate" dir="auto">
        {row.title}
      </span>
      <span className="shrink-0 text-xs text-subtle">{row.words}</span>
      {row.keys !== undefined && keyNames(row.keys, isMac()).map((key) => <Kbd key={key}>{key}</Kbd>)}
    </div>
  );
}

/** What the sources find by name, after a pause in typing. What was found last stays until then. */
function useFound(sources: readonly CommandSource[], wanted: string) {
  const [held, setHeld] = useState<{ wanted: string; found: readonly Found[] }>({ wanted: "", found: [] });
  const ask = useEffectEvent(async (words: string) => {
    const answers = await Promise.allSettled(sources.map((source) => source.search?.(words) ?? Promise.resolve([])));
    return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  });
  useEffect(() => {
    if (wanted.length < least) return undefined;
    let here = true;
    const timer = setTimeout(async () => {
      const found = await ask(wanted);
      if (here) setHeld({ wanted, found });
    }, pauseMs);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  return {
    found: wanted.length < least ? [] : held.found,
    searching: wanted.length >= least && held.wanted !== wanted,
  };
}

function rowsOf(sources: readonly CommandSource[], wanted: string): Row[] {
  const things = sources.flatMap((source) => source.find?.(wanted) ?? []);
  const commands = sources
    .flatMap((source) => source.commands())
    .filter((command) => command.id !== "commands" && command.offered?.() !== false)
    .filter((command) => `${command.title} ${command.group}`.toLowerCase().includes(wanted));
  return [
    ...things.map((each): Row => ({ ...each, keys: undefined })),
    ...commands.map(({ id, title, group, keys, run }): Row => ({
      key: id,
      title,
      words: group,
      keys: keys[0],
      go: run,
    })),
  ];
}
