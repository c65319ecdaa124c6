"use client";

import { Fragment, useState } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { focusFirst } from "../ui/focus-first.ts";
import { SearchInput } from "../ui/search-input.tsx";
import { Kbd } from "../ui/kbd.tsx";
import type { CommandSource } from "./command.ts";
import { isMac, keyNames } from "./keys.ts";

interface ShortcutSheetProps {
  sources: readonly CommandSource[];
  onOpenChange(open: boolean): void;
}

/** All shortcuts of the screen, read off the commands themselves: `?`. */
export function ShortcutSheet({ sources, onOpenChange }: ShortcutSheetProps) {
  const [wanted, setWanted] = useState("");
  const all = sources
    .flatMap((source) => [...source.commands(), ...(source.alsoShown ?? [])])
    .filter((command) => command.keys.length > 0)
    .filter(({ title, group }) => `${group} ${title}`.toLowerCase().includes(wanted.trim().toLowerCase()));
  const notes = sources.map((source) => source.note?.() ?? "").filter((note) => note !== "");
  return (
    <Dialog open onOpenChange={onOpenChange} title="Keyboard shortcuts" width="wide">
      <SearchInput
        ref={focusFirst}
        label="Search shortcuts"
        value={wanted}
        onValueChange={setWanted}
        className="mb-4"
      />
      <div className="columns-1 gap-8 sm:columns-2">
        {[...Map.groupBy(all, (command) => command.group)].map(([group, commands]) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1.5 text-xs font-medium text-subtle">{group}</h3>
            <dl className="grid grid-cols-[1fr_auto] items-center gap-y-1 text-sm">
              {commands.map((command) => (
                <Fragment key={command.id}>
                  <dt>{command.title}</dt>
                  <dd className="flex items-center justify-end gap-2">
                    {command.keys.map((combination) => (
                      <span key={combination} className="flex gap-0.5">
                        {keyNames(combination, isMac()).map((key) => (
                          <Kbd key={key}>{key}</Kbd>
                        ))}
                      </span>
                    ))}
                  </dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
      {notes.map((note) => (
        <p key={note} className="border-t pt-3 text-xs text-subtle">
          {note}
        </p>
      ))}
    </Dialog>
  );
}
