import type { Command } from "./command.ts";

interface Press {
  key: string;
  metaKey: boolean;
  ctrlKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  /** The physical key, for combinations in which Alt changes what is typed. */
  code: string;
}

/** The command that a key press means; null when it means none. Where several share keys, the first that is offered. */
export function commandOf(press: Press, commands: readonly Command[], typing: boolean): Command | null {
  return (
    commands.find(
      (command) =>
        (!typing || command.whileTyping === true) &&
        command.keys.some((key) => !key.includes(" ") && matches(press, key)) &&
        command.offered?.() !== false,
    ) ?? null
  );
}

/** The command of two keys one after the other, as `g h`; null when they mean none. */
export function sequenceOf(first: string, second: string, commands: readonly Command[]): Command | null {
  const sequence = `${first} ${second}`.toLowerCase();
  return commands.find((command) => command.keys.includes(sequence) && command.offered?.() !== false) ?? null;
}

/** True for a key with which a sequence begins. */
export function beginsSequence(press: Press, commands: readonly Command[]): boolean {
  if (press.metaKey || press.ctrlKey || press.altKey || press.shiftKey) return false;
  return commands.some((command) => command.keys.some((key) => key.startsWith(`${press.key} `)));
}

export function matches(press: Press, combination: string): boolean {
  const parts = combination === "+" ? ["+"] : combination.split("+");
  const key = parts.at(-1) ?? "";
  const mod = parts.includes("Mod");
  const alt = parts.includes("Alt");
  if ((press.metaKey || press.ctrlKey) !== mod || press.altKey !== alt) return false;
  // A sign such as ? or + is what it is, whichever keys make it on this keyboard.
  const isSign = key.length === 1 && !/[a-z0-9]/i.test(key);
  if (!isSign && press.shiftKey !== parts.includes("Shift")) return false;
  const name = key === "Space" ? " " : key;
  if (press.key.toLowerCase() === name.toLowerCase()) return true;
  return alt && press.code.toLowerCase() === `key${key.toLowerCase()}`;
}

const signs: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Enter: "↵",
  Escape: "Esc",
  Backspace: "⌫",
  Delete: "Del",
  "-": "−",
};

/** The keys of a combination as they stand on the keyboard, for the sheet and for menus. */
export function keyNames(combination: string, mac: boolean): string[] {
  if (combination.includes(" ")) return combination.split(" ").map((key) => key.toUpperCase());
  const parts = combination === "+" ? ["+"] : combination.split("+");
  return parts.map((part) => {
    if (part === "Mod") return mac ? "⌘" : "Ctrl";
    if (part === "Shift") return mac ? "⇧" : "Shift";
    if (part === "Alt") return mac ? "⌥" : "Alt";
    return signs[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}

/** Whether this keyboard has a command key. */
export function isMac(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
}
