"use client";

import { useEffect, useEffectEvent } from "react";
import type { Found } from "../../commands/command.ts";
import { hasFloat, isTyping, useCommandSource } from "../../commands/commands-provider.tsx";
import { isMac } from "../../commands/keys.ts";
import { toast } from "../../ui/toast.tsx";
import type { EditorParts } from "../editor-context.tsx";
import { commands, isOffered } from "./registry.ts";
import { foundSteps } from "./found-steps.tsx";

const clipboardKeys = [
  { id: "copy", title: "Copy, also into other workflows", group: "Edit", keys: ["Mod+c"] },
  { id: "cut", title: "Cut", group: "Edit", keys: ["Mod+x"] },
  { id: "paste", title: "Paste steps or a workflow file", group: "Edit", keys: ["Mod+v"] },
];

/** Characters; no setting of a step may be longer. */
const mostPasted = 200_000;

/** Adds the editor's commands and listens to the clipboard for as long as the editor stands. */
export function useCommands(parts: EditorParts): void {
  useCommandSource({
    commands: () =>
      commands.map((command) => ({
        ...command,
        offered: () => isOffered(command, parts),
        run: () => command.run(parts),
      })),
    find: (wanted): Found[] => foundSteps(parts, wanted),
    alsoShown: clipboardKeys,
    note: () =>
      `Dragging on empty canvas selects; the middle mouse button, Space with dragging and two fingers move the canvas; ${isMac() ? "⌘" : "Ctrl"} with the wheel zooms.`,
  });
  const leave = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || event.key !== "Escape" || hasFloat(target) || !isTyping(target)) return;
    // Out of a field and back onto the step it belongs to: from there the arrows walk on.
    leaveField(target, parts);
  });
  const clip = useEffectEvent((event: ClipboardEvent) => clipboard(event, parts));
  useEffect(() => {
    const onPress = (event: KeyboardEvent) => leave(event);
    const onClip = (event: ClipboardEvent) => clip(event);
    document.addEventListener("keydown", onPress);
    for (const type of ["copy", "cut", "paste"] as const) document.addEventListener(type, onClip);
    return () => {
      document.removeEventListener("keydown", onPress);
      for (const type of ["copy", "cut", "paste"] as const) document.removeEventListener(type, onClip);
    };
  }, []);
}

function leaveField(field: Element | null, { actions }: EditorParts): void {
  if (field instanceof HTMLElement) field.blur();
  if (actions.chosen !== null) actions.canvas?.reveal(actions.chosen);
}

function clipboard(event: ClipboardEvent, { actions, mayWrite }: EditorParts): void {
  const target = event.target instanceof Element ? event.target : null;
  const text = event.type === "paste" ? (event.clipboardData?.getData("text/plain") ?? "") : "";
  if (isTyping(target) && text.length > mostPasted) {
    // A field with a megabyte in it holds up the whole page, and no setting may be that long.
    event.preventDefault();
    toast({ tone: "failure", title: "Too long to paste here", description: tooLongWords(text.length) });
  }
  if (isTyping(target) || hasFloat(target)) return;
  if (event.type === "paste") {
    if (!mayWrite) return;
    if (actions.paste(text)) event.preventDefault();
    else if (text.trimStart().startsWith("{")) {
      toast({ title: "This cannot be pasted here", description: "It is neither copied steps nor a workflow file." });
    }
    return;
  }
  // Marked words on the page are copied as words.
  if ((document.getSelection()?.toString() ?? "") !== "") return;
  const copied = event.type === "cut" && mayWrite ? actions.cut() : actions.copy();
  if (copied === null) return;
  event.clipboardData?.setData("text/plain", copied);
  event.preventDefault();
}

function tooLongWords(length: number): string {
  const [has, takes] = [length, mostPasted].map((count) => count.toLocaleString("en"));
  return `The text has ${has} characters and a field takes ${takes}. Nothing was changed. Give long texts to a run as its input, as a file too.`;
}
