import { describe, expect, test } from "vitest";
import { commands as editorCommands } from "../editor/commands/registry.ts";
import type { Command } from "./command.ts";
import { beginsSequence, commandOf, keyNames, matches, sequenceOf } from "./keys.ts";

const commands: Command[] = editorCommands.map((command) => ({ ...command, run: () => undefined }));

const press = (key: string, held: string[] = [], code = "") => ({
  key,
  code,
  metaKey: held.includes("meta"),
  ctrlKey: held.includes("ctrl"),
  shiftKey: held.includes("shift"),
  altKey: held.includes("alt"),
});
const idOf = (key: string, held: string[] = [], typing = false) =>
  commandOf(press(key, held), commands, typing)?.id ?? null;

describe("keys", () => {
  test("mean what people know from elsewhere", () => {
    expect(idOf("Enter", ["ctrl"])).toBe("run");
    expect(idOf("z", ["meta"])).toBe("undo");
    expect(idOf("Z", ["meta", "shift"])).toBe("redo");
    expect(idOf("y", ["ctrl"])).toBe("redo");
    expect(idOf("d", ["ctrl"])).toBe("duplicate");
    expect(idOf("Backspace")).toBe("delete");
    expect(idOf("Delete", ["ctrl"])).toBe("delete-heal");
    expect(idOf("n")).toBe("add");
    expect(idOf("f", ["ctrl"])).toBe("find");
    expect(idOf("L", ["shift"])).toBe("tidy");
    expect(idOf("+", ["shift"])).toBe("zoom-in");
    expect(idOf("1")).toBe("fit");
    expect(idOf("g", ["ctrl"])).toBe("group-loop");
    expect(idOf("G", ["ctrl", "shift"])).toBe("ungroup");
    expect(idOf("ArrowLeft", ["shift"])).toBe("upstream");
  });

  test("leave a person who types alone, but for a few", () => {
    expect(idOf("n", [], true)).toBeNull();
    expect(idOf("Backspace", [], true)).toBeNull();
    expect(idOf("z", ["ctrl"], true)).toBeNull();
    expect(idOf("Enter", ["ctrl"], true)).toBe("run");
    expect(idOf("s", ["ctrl"], true)).toBe("save");
  });

  test("with Alt are told by the key itself", () => {
    expect(matches(press("ˇ", ["alt", "shift"], "KeyT"), "Shift+Alt+t")).toBe(true);
    expect(matches(press("t", ["shift"]), "Shift+Alt+t")).toBe(false);
  });

  test("no two commands share a key", () => {
    const all = commands.flatMap((command) => command.keys);
    expect(new Set(all).size).toBe(all.length);
  });

  test("are named as they stand on the keyboard", () => {
    expect(keyNames("Mod+Shift+z", true)).toEqual(["⌘", "⇧", "Z"]);
    expect(keyNames("Mod+Enter", false)).toEqual(["Ctrl", "↵"]);
  });

  test("one after the other mean what neither does alone", () => {
    const go: Command = { id: "go-home", title: "Home", group: "Go", keys: ["g h"], run: () => undefined };
    expect(beginsSequence(press("g"), [go])).toBe(true);
    expect(beginsSequence(press("g", ["ctrl"]), [go])).toBe(false);
    expect(beginsSequence(press("h"), [go])).toBe(false);
    expect(sequenceOf("g", "h", [go])).toBe(go);
    expect(sequenceOf("g", "h", [{ ...go, offered: () => false }])).toBeNull();
    expect(commandOf(press("h"), [go], false)).toBeNull();
    expect(keyNames("g h", true)).toEqual(["G", "H"]);
  });

  test("of a command that is not offered do nothing", () => {
    const key = { id: "x", title: "X", group: "Go", keys: ["x"], run: () => undefined };
    expect(
      commandOf(
        press("x"),
        [
          { ...key, offered: () => false },
          { ...key, id: "y" },
        ],
        false,
      )?.id,
    ).toBe("y");
  });
});
