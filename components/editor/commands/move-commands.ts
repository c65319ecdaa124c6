import type { EditorParts } from "../editor-context.tsx";
import type { Command } from "./registry.ts";

/** How far a step is moved by a key, and with Shift: one step of the grid. */
const far = 20;
const near = 4;

/** Alt with an arrow moves what is chosen; without Alt, arrows walk. */
export const moveCommands: readonly Command[] = [
  { word: "left", x: -1, y: 0 },
  { word: "right", x: 1, y: 0 },
  { word: "up", x: 0, y: -1 },
  { word: "down", x: 0, y: 1 },
].flatMap(({ word, x, y }): Command[] => {
  const key = `Arrow${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  const move =
    (by: number): Command["run"] =>
    ({ actions }) =>
      actions.nudge(x * by, y * by);
  const shared = {
    group: "Edit" as const,
    writes: true,
    when: ({ editor }: EditorParts) => editor.state.selection.size > 0,
  };
  return [
    { id: `move-${word}`, title: `Move ${word}`, keys: [`Alt+${key}`], run: move(far), ...shared },
    {
      id: `move-${word}-little`,
      title: `Move ${word} a little`,
      keys: [`Shift+Alt+${key}`],
      run: move(near),
      ...shared,
    },
  ];
});
