"use client";

import dynamic from "next/dynamic";
import { createContext, useContext, useEffect, useEffectEvent, useMemo, useRef, useState, type ReactNode } from "react";
import type { Command, CommandSource } from "./command.ts";
import { beginsSequence, commandOf, sequenceOf } from "./keys.ts";

const loadPalette = () => import("./command-palette.tsx");
const CommandPalette = dynamic(async () => (await loadPalette()).CommandPalette, { ssr: false });
const ShortcutSheet = dynamic(async () => (await import("./shortcut-sheet.tsx")).ShortcutSheet, { ssr: false });

const fields = "input:not([type=checkbox]), textarea, select, [contenteditable=true]";
const floats = "[role=menu], [role=dialog], [role=alertdialog], [role=listbox]";
/** Time for the second key of a sequence. */
const sequenceMs = 1_500;

interface Hub {
  /** Adds a source while it stands; the last one added comes first. Gives the way to take it back. */
  add(source: CommandSource): () => void;
  openPalette(): void;
  openSheet(): void;
}

const Context = createContext<Hub | null>(null);

/** The one list of commands of the page, the keyboard that gives them, the palette (Mod+K) and the sheet (?). */
export function CommandsProvider({ children }: { children: ReactNode }) {
  // State, since a screen may come to stand while the sheet is open.
  const [sources, setSources] = useState<readonly CommandSource[]>([]);
  const [open, setOpen] = useState<"palette" | "sheet" | null>(null);
  const hub = useMemo<Hub>(
    () => ({
      add(source) {
        setSources((before) => [source, ...before]);
        return () => setSources((before) => before.filter((each) => each !== source));
      },
      openPalette: () => setOpen("palette"),
      openSheet: () => setOpen("sheet"),
    }),
    [],
  );
  useKeyboard(sources);
  const close = (next: boolean) => !next && setOpen(null);
  return (
    <Context value={hub}>
      {children}
      {open === "palette" && <CommandPalette sources={sources} onOpenChange={close} />}
      {open === "sheet" && <ShortcutSheet sources={sources} onOpenChange={close} />}
    </Context>
  );
}

/** The page's commands. */
export function useCommandHub(): Hub {
  const hub = useContext(Context);
  if (hub === null) throw new Error("useCommandHub needs a CommandsProvider above it.");
  return hub;
}

/** Adds a screen's commands for as long as it stands. What they do is always what the last drawing said. */
export function useCommandSource(source: CommandSource): void {
  const { add } = useCommandHub();
  const latest = useRef(source);
  useEffect(() => {
    latest.current = source;
  });
  useEffect(
    () =>
      add({
        commands: () => latest.current.commands(),
        find: (wanted) => latest.current.find?.(wanted) ?? [],
        search: async (wanted) => (await latest.current.search?.(wanted)) ?? [],
        get alsoShown() {
          return latest.current.alsoShown ?? [];
        },
        note: () => latest.current.note?.() ?? "",
      }),
    [add],
  );
}

function useKeyboard(sources: readonly CommandSource[]): void {
  const begun = useRef<{ key: string; at: number } | null>(null);
  const all = (): Command[] => sources.flatMap((source) => source.commands());

  // Before anybody else hears it: the second key of a sequence must not be taken for a key of its own.
  const sequence = useEffectEvent((event: KeyboardEvent) => {
    const target = elementOf(event);
    // Mod+K may follow: what is typed next must find the palette's field.
    if (event.key === "Control" || event.key === "Meta") void loadPalette();
    const before = begun.current;
    begun.current = null;
    if (event.defaultPrevented || isTyping(target) || hasFloat(target)) return;
    const bare = !event.metaKey && !event.ctrlKey && !event.altKey;
    if (before !== null && bare && event.key.length === 1 && event.timeStamp - before.at < sequenceMs) {
      event.preventDefault();
      event.stopImmediatePropagation();
      sequenceOf(before.key, event.key, all())?.run();
    } else if (!event.repeat && beginsSequence(event, all())) {
      begun.current = { key: event.key, at: event.timeStamp };
    }
  });

  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const target = elementOf(event);
    // What floats above the page has the keyboard to itself.
    if (hasFloat(target)) return;
    const command = commandOf(event, all(), isTyping(target));
    if (command === null || (command.once === true && event.repeat)) return;
    // A button in focus is pressed by Enter and Space, and arrows move in radio groups.
    const bare = !event.metaKey && !event.ctrlKey && !event.altKey;
    if (bare && isControl(target) && /^(Enter| |Arrow.*)$/.test(event.key)) return;
    event.preventDefault();
    command.run();
  });

  useEffect(() => {
    const onFirst = (event: KeyboardEvent) => sequence(event);
    const onPress = (event: KeyboardEvent) => press(event);
    window.addEventListener("keydown", onFirst, true);
    document.addEventListener("keydown", onPress);
    return () => {
      window.removeEventListener("keydown", onFirst, true);
      document.removeEventListener("keydown", onPress);
    };
  }, []);
}

function elementOf(event: Event): Element | null {
  return event.target instanceof Element ? event.target : null;
}

export function isTyping(target: Element | null): boolean {
  return target?.closest(fields) != null;
}

/** True where something that floats has the keyboard: a dialog, a menu, a list of choices. */
export function hasFloat(target: Element | null): boolean {
  return target?.closest(floats) != null;
}

function isControl(target: Element | null): boolean {
  const control = target?.closest(
    "button, a, summary, [type=checkbox], [role=switch], [role=tab], [role=radio], [role=combobox]",
  );
  return control != null && !control.classList.contains("react-flow__node");
}
