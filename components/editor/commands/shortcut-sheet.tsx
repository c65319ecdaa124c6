"use client";

import { Fragment } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { useEditor, useView } from "../editor-context.tsx";
import { isMac } from "./command-palette.tsx";
import { keyNames } from "./keys.ts";
import { type Command, commands } from "./registry.ts";

const clipboard: Pick<Command, "id" | "title" | "keys">[] = [
  { id: "copy", title: "Copy, also into other workflows", keys: ["Mod+c"] },
  { id: "cut", title: "Cut", keys: ["Mod+x"] },
  { id: "paste", title: "Paste steps or a workflow file", keys: ["Mod+v"] },
];

/** All shortcuts, read off the commands themselves: `?`. */
export function ShortcutSheet() {
  const { view } = useEditor();
  const open = useView((state) => state.dialog === "shortcuts");
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <Dialog open={open} onOpenChange={() => view.setState({ dialog: null })} title="Keyboard shortcuts" width="wide">
      <div className="columns-1 gap-8 sm:columns-2">
        {groups.map((group) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1.5 text-xs font-medium text-subtle">{group}</h3>
            <dl className="grid grid-cols-[1fr_auto] items-center gap-y-1 text-sm">
              {[...commands.filter((each) => each.group === group), ...(group === "Edit" ? clipboard : [])]
                .filter((command) => command.keys.length > 0)
                .map((command) => (
                  <Fragment key={command.id}>
                    <dt>{command.title}</dt>
                    <dd className="flex items-center gap-2">
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
      <p className="border-t pt-3 text-xs text-subtle">
        Dragging on empty canvas selects; the middle mouse button, Space with dragging and two fingers move the canvas;{" "}
        {isMac() ? "⌘" : "Ctrl"} with the wheel zooms.
      </p>
    </Dialog>
  );
}
