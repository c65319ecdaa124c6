import type { Command } from "./registry.ts";

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
export function commandOf(
  press: Press,
  commands: readonly Command[],
  typing: boolean,
  offered: (command: Command) => boolean,
): Command | null {
  return (
    commands.find(
      (command) =>
        (!typing || command.whileTyping === true) &&
        command.keys.some((key) => matches(press, key)) &&
        offered(command),
    ) ?? null
  );
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
  const parts = combination === "+" ? ["+"] : combination.split("+");
  return parts.map((part) => {
    if (part === "Mod") return mac ? "⌘" : "Ctrl";
    if (part === "Shift") return mac ? "⇧" : "Shift";
    if (part === "Alt") return mac ? "⌥" : "Alt";
    return signs[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}
