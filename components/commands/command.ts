import type { ReactNode } from "react";

/** Something a person can do on a screen: the keyboard, the palette and the sheet of shortcuts all read the same list. */
export interface Command {
  id: string;
  title: string;
  /** Heading in the sheet, and the quiet word beside it in the palette. */
  group: string;
  /**
   * Keys, each as `Mod+Shift+z`, Mod being ⌘ on a Mac and Ctrl elsewhere, or as `g h`: one after the other. The first is shown.
   */
  keys: readonly string[];
  /** Works also while a person types in a field. Everything else leaves fields alone. */
  whileTyping?: boolean;
  /** A key that is held down does it once. */
  once?: boolean;
  /** Not offered where it can do nothing; its keys do nothing then either. */
  offered?(): boolean;
  run(): void;
}

/** Something found by its name. */
export interface Found {
  key: string;
  title: string;
  /** What kind of thing it is. */
  words: string;
  icon?: ReactNode;
  go(): void;
}

/** What one screen, or the workspace around it, adds while it stands. */
export interface CommandSource {
  commands(): readonly Command[];
  /** Things of the screen by name, at once. */
  find?(wanted: string): readonly Found[];
  /** Things that have to be asked for. */
  search?(wanted: string): Promise<readonly Found[]>;
  /** Keys that the browser or the pointer handles: shown in the sheet only. */
  alsoShown?: readonly Pick<Command, "id" | "title" | "group" | "keys">[];
  /** A sentence below the sheet. */
  note?(): string;
}
