import { describe, expect, test } from "vitest";
import { patchNode, removeNodes } from "./edits.ts";
import { EditorStore } from "./editor-store.ts";
import { fileOf } from "./testing.ts";

const file = fileOf([
  { id: "a", type: "agent", config: { prompt: "x" } },
  { id: "b", type: "agent", config: { prompt: "y" } },
]);

function editorAt() {
  const clock = { now: 0 };
  return { clock, editor: new EditorStore(file, () => clock.now) };
}

describe("history", () => {
  test("goes back and forth, with what was chosen", () => {
    const { editor } = editorAt();
    editor.select(["a"]);
    editor.apply(removeNodes(["a"]), { label: "Delete", select: [] });
    expect(editor.state.file.nodes).toHaveLength(1);
    editor.undo();
    expect(editor.state.file).toBe(file);
    expect([...editor.state.selection]).toEqual(["a"]);
    editor.redo();
    expect(editor.state.file.nodes).toHaveLength(1);
    expect(editor.state.selection.size).toBe(0);
  });

  test("makes one step of what is typed in one go, and two after a pause", () => {
    const { editor, clock } = editorAt();
    const type = (name: string) => editor.apply(patchNode("a", { name }), { label: "Rename", merge: "name:a" });
    type("R");
    clock.now += 200;
    type("Re");
    clock.now += 5_000;
    type("Rev");
    expect(editor.state.past).toHaveLength(2);
    editor.undo();
    expect(editor.state.file.nodes[0]?.name).toBe("Re");
    editor.undo();
    expect(editor.state.file).toBe(file);
  });

  test("does not merge typing across an undo", () => {
    const { editor } = editorAt();
    const type = (name: string) => editor.apply(patchNode("a", { name }), { label: "Rename", merge: "name:a" });
    type("One");
    editor.undo();
    type("Two");
    expect(editor.state.past).toHaveLength(1);
    expect(editor.state.future).toHaveLength(0);
  });

  test("an edit that changes nothing leaves no trace", () => {
    const { editor } = editorAt();
    editor.apply((same) => same, { label: "Nothing" });
    expect(editor.state.past).toHaveLength(0);
  });

  test("forgets what was chosen and is gone", () => {
    const { editor } = editorAt();
    editor.select(["a", "b"]);
    editor.apply(removeNodes(["a"]), { label: "Delete" });
    expect([...editor.state.selection]).toEqual(["b"]);
  });
});
