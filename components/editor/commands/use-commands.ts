"use client";

import { useEffect, useEffectEvent } from "react";
import type { EditorParts } from "../editor-context.tsx";
import { toast } from "../../ui/toast.tsx";
import { commandOf } from "./keys.ts";
import { commands, isOffered } from "./registry.ts";

const fields = "input, textarea, select, [contenteditable=true]";
const floats = "[role=menu], [role=dialog], [role=alertdialog], [role=listbox]";

/** Listens to the keyboard and the clipboard for as long as the editor stands. */
export function useCommands(parts: EditorParts): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    // What floats above the editor has the keyboard to itself.
    if (target?.closest(floats) != null && document.querySelector("[role=dialog]") !== null) return;
    // Out of a field and back onto the step it belongs to: from there the arrows walk on.
    if (event.key === "Escape" && isTyping(target)) return leaveField(target, parts);
    const command = commandOf(event, commands, isTyping(target), (each) => isOffered(each, parts));
    if (command === null) return;
    // A button in focus is pressed by Enter and Space, and arrows move in radio groups.
    const bare = !event.metaKey && !event.ctrlKey && !event.altKey;
    if (bare && isControl(target) && /^(Enter| |Arrow.*)$/.test(event.key)) return;
    event.preventDefault();
    command.run(parts);
  });
  const clip = useEffectEvent((event: ClipboardEvent) => clipboard(event, parts));
  useEffect(() => {
    const onPress = (event: KeyboardEvent) => press(event);
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
  if (isTyping(target) || target?.closest(floats) != null) return;
  if (event.type === "paste") {
    if (!mayWrite) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (actions.paste(text)) event.preventDefault();
    else if (text.trimStart().startsWith("{")) {
      toast({ title: "This cannot be pasted here", description: "It is neither copied steps nor a workflow file." });
    }
    return;
  }
  // Marked words on the page are copied as words.
  if ((document.getSelection()?.toString() ?? "") !== "") return;
  const text = event.type === "cut" && mayWrite ? actions.cut() : actions.copy();
  if (text === null) return;
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
}

function isTyping(target: Element | null): boolean {
  return target?.closest(fields) != null;
}

function isControl(target: Element | null): boolean {
  const control = target?.closest("button, a, summary, [role=switch], [role=tab], [role=radio], [role=combobox]");
  return control != null && !control.classList.contains("react-flow__node");
}
