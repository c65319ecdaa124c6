import type { EditorParts } from "../editor-context.tsx";
import { type Column, inspectorWidths } from "../store/view-store.ts";
import type { Command } from "./registry.ts";

const hasOne = ({ editor }: EditorParts): boolean => editor.state.selection.size === 1;

function column(name: Column): Command["run"] {
  return ({ editor, view }) => {
    view.setState({ column: name });
    editor.show("node");
  };
}

/** What is shown at the sides. */
export const panelCommands: readonly Command[] = [
  {
    id: "outline",
    title: "Outline: the steps as a list",
    group: "Look",
    keys: ["Shift+o"],
    run({ view, mayWrite }) {
      const { palette, side } = view.getState();
      const shown = palette && (side === "outline" || !mayWrite);
      view.setState(shown && mayWrite ? { side: "steps" } : { palette: true, side: "outline" });
      if (shown) return;
      requestAnimationFrame(() => document.querySelector<HTMLElement>("[role=tree] [tabindex='0']")?.focus());
    },
  },
  { id: "input", title: "What the step can read", group: "Look", keys: ["i"], when: hasOne, run: column("input") },
  { id: "settings", title: "What the step does", group: "Look", keys: ["s"], when: hasOne, run: column("settings") },
  { id: "output", title: "What the step gave", group: "Look", keys: ["o"], when: hasOne, run: column("output") },
  {
    id: "columns",
    title: "Input, settings and output side by side",
    group: "Look",
    keys: ["l"],
    run: ({ view }) =>
      view.setState(({ inspectorWidth }) => ({
        inspectorWidth: inspectorWidth >= inspectorWidths.columnsFrom ? inspectorWidths.usual : inspectorWidths.columns,
      })),
  },
];
