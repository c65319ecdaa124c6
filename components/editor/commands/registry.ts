import type { EditorParts } from "../editor-context.tsx";
import { isContainerNode, nodesOf } from "../store/graph.ts";
import type { Panel } from "../store/editor-store.ts";
import { toast } from "../../ui/toast.tsx";
import { downloadFile } from "../panels/download.ts";
import { moveCommands } from "./move-commands.ts";
import { panelCommands } from "./panel-commands.ts";
import { askToRun, runAgain, stopRun } from "../run/start-run.ts";

export interface Command {
  id: string;
  title: string;
  group: "Run and save" | "Edit" | "Add and connect" | "Look" | "Walk";
  /** Keys, each as `Mod+Shift+z`; Mod is ⌘ on a Mac and Ctrl elsewhere. The first is shown. */
  keys: readonly string[];
  /** Works also while a person types in a field. Everything else leaves fields alone. */
  whileTyping?: boolean;
  /** Not offered where it can do nothing; its keys do nothing then either. */
  when?(parts: EditorParts): boolean;
  /** Changes the workflow: only for those who may. */
  writes?: boolean;
  run(parts: EditorParts): void;
}

const hasChoice = ({ editor }: EditorParts): boolean => editor.state.selection.size > 0 || editor.state.edges.size > 0;
const hasNodes = ({ editor }: EditorParts): boolean => editor.state.selection.size > 0;
const hasOne = ({ editor }: EditorParts): boolean => editor.state.selection.size === 1;

function panel(name: Panel): Command["run"] {
  return ({ editor }) => editor.show(name);
}

/** Every command of the editor, once: the keyboard, the command palette and the sheet of shortcuts all read this list. */
export const commands: readonly Command[] = [
  {
    id: "run",
    title: "Run",
    group: "Run and save",
    keys: ["Mod+Enter"],
    whileTyping: true,
    run: askToRun,
  },
  {
    id: "run-again",
    title: "Run again with the last input",
    group: "Run and save",
    keys: ["Mod+Shift+Enter"],
    whileTyping: true,
    run: runAgain,
  },
  {
    id: "stop",
    title: "Stop the run",
    group: "Run and save",
    keys: ["Mod+."],
    whileTyping: true,
    when: ({ runs }) => runs.going,
    run: (parts) => void stopRun(parts),
  },
  {
    id: "publish",
    title: "Publish a version",
    group: "Run and save",
    keys: ["Mod+Shift+p"],
    whileTyping: true,
    writes: true,
    run: ({ view }) => view.setState({ dialog: "publish" }),
  },
  {
    id: "save",
    title: "Save now",
    group: "Run and save",
    keys: ["Mod+s"],
    whileTyping: true,
    writes: true,
    async run({ autosave }) {
      const saved = await autosave.flush();
      if (saved)
        toast({ tone: "success", title: "Saved", description: "Changes are saved by themselves as you make them." });
    },
  },
  {
    id: "export",
    title: "Export as a file",
    group: "Run and save",
    keys: ["Mod+Shift+e"],
    run: ({ editor }) => downloadFile(editor.state.file),
  },
  {
    id: "import",
    title: "Import a file into this draft",
    group: "Run and save",
    keys: [],
    writes: true,
    run: ({ view }) => view.setState({ dialog: "import" }),
  },
  {
    id: "template",
    title: "Save as a template",
    group: "Run and save",
    keys: [],
    writes: true,
    run: ({ view }) => view.setState({ dialog: "template" }),
  },
  { id: "undo", title: "Undo", group: "Edit", keys: ["Mod+z"], writes: true, run: ({ editor }) => editor.undo() },
  {
    id: "redo",
    title: "Redo",
    group: "Edit",
    keys: ["Mod+Shift+z", "Mod+y"],
    writes: true,
    run: ({ editor }) => editor.redo(),
  },
  {
    id: "duplicate",
    title: "Duplicate",
    group: "Edit",
    keys: ["Mod+d"],
    writes: true,
    when: hasNodes,
    run: ({ actions }) => actions.duplicate(),
  },
  {
    id: "delete",
    title: "Delete",
    group: "Edit",
    keys: ["Delete", "Backspace"],
    writes: true,
    when: hasChoice,
    run: ({ actions }) => actions.remove(),
  },
  {
    id: "delete-heal",
    title: "Delete and join what is left",
    group: "Edit",
    keys: ["Mod+Delete", "Mod+Backspace"],
    writes: true,
    when: hasNodes,
    run: ({ actions }) => actions.remove(true),
  },
  {
    id: "select-all",
    title: "Select everything",
    group: "Edit",
    keys: ["Mod+a"],
    run: ({ actions }) => actions.selectAll(),
  },
  {
    id: "find",
    title: "Find and replace",
    group: "Edit",
    keys: ["Mod+f"],
    run: ({ view }) => view.setState({ dialog: "find" }),
  },
  {
    id: "rename",
    title: "Rename the step",
    group: "Edit",
    keys: ["F2"],
    writes: true,
    when: hasOne,
    run({ editor, actions }) {
      const { chosen } = actions;
      if (chosen === null) return;
      editor.goTo(chosen);
      requestAnimationFrame(() => {
        const field = document.querySelector<HTMLInputElement>("#node-name");
        field?.focus();
        field?.select();
      });
    },
  },
  {
    id: "group-loop",
    title: "Put into a loop",
    group: "Edit",
    keys: ["Mod+g"],
    writes: true,
    when: hasNodes,
    run: ({ actions }) => actions.wrap("loop"),
  },
  {
    id: "group-parallel",
    title: "Put into a parallel",
    group: "Edit",
    keys: ["Mod+Alt+g"],
    writes: true,
    when: hasNodes,
    run: ({ actions }) => actions.wrap("parallel"),
  },
  {
    id: "ungroup",
    title: "Take out of the container",
    group: "Edit",
    keys: ["Mod+Shift+g"],
    writes: true,
    when: ({ editor, actions }) =>
      isContainerNode(nodesOf(editor.state.file).get(actions.chosen ?? "") ?? { type: "" }),
    run: ({ actions }) => actions.unwrap(),
  },
  {
    id: "replace",
    title: "Replace the step",
    group: "Edit",
    keys: ["r"],
    writes: true,
    when: hasOne,
    run({ actions }) {
      if (actions.chosen !== null) actions.pick({ kind: "replace", node: actions.chosen });
    },
  },
  {
    id: "add",
    title: "Add a step",
    group: "Add and connect",
    keys: ["n"],
    writes: true,
    run: ({ actions }) => actions.pick({ kind: "add" }),
  },
  {
    id: "connect",
    title: "Connect the step to another",
    group: "Add and connect",
    keys: ["c"],
    writes: true,
    when: hasOne,
    run({ actions }) {
      if (actions.chosen !== null) actions.pick({ kind: "connect", from: actions.chosen });
    },
  },
  {
    id: "note",
    title: "Add a note",
    group: "Add and connect",
    keys: ["Shift+s"],
    writes: true,
    run: ({ actions }) => actions.note(),
  },
  { id: "fit", title: "Show everything", group: "Look", keys: ["1"], run: ({ actions }) => actions.canvas?.fit() },
  {
    id: "zoom-reset",
    title: "Zoom to 100 %",
    group: "Look",
    keys: ["0"],
    run: ({ actions }) => actions.canvas?.zoomTo(1),
  },
  {
    id: "zoom-in",
    title: "Zoom in",
    group: "Look",
    keys: ["+", "="],
    run: ({ actions }) => actions.canvas?.zoomBy(1.25),
  },
  {
    id: "zoom-out",
    title: "Zoom out",
    group: "Look",
    keys: ["-"],
    run: ({ actions }) => actions.canvas?.zoomBy(1 / 1.25),
  },
  {
    id: "tidy",
    title: "Tidy up",
    group: "Look",
    keys: ["Shift+l", "Shift+Alt+t"],
    writes: true,
    run: ({ actions }) => actions.tidy(),
  },
  {
    id: "select-tool",
    title: "Tool: select and move",
    group: "Look",
    keys: ["v"],
    run: ({ view }) => view.setState({ tool: "select" }),
  },
  {
    id: "hand-tool",
    title: "Tool: move the canvas",
    group: "Look",
    keys: ["h"],
    run: ({ view }) => view.setState({ tool: "hand" }),
  },
  {
    id: "palette",
    title: "Show or hide the list of steps",
    group: "Look",
    keys: ["Mod+b"],
    run: ({ view }) => view.setState((state) => ({ palette: !state.palette })),
  },
  ...panelCommands,
  { id: "workflow", title: "Workflow settings", group: "Look", keys: ["w"], run: panel("workflow") },
  { id: "problems", title: "Problems", group: "Look", keys: ["p"], run: panel("problems") },
  { id: "versions", title: "Versions", group: "Look", keys: ["Shift+v"], run: panel("versions") },
  {
    id: "open",
    title: "Open the settings of the step",
    group: "Walk",
    keys: ["Enter"],
    when: hasOne,
    run({ editor, actions }) {
      if (actions.chosen === null) return;
      const { type } = nodesOf(editor.state.file).get(actions.chosen) ?? {};
      editor.goTo(actions.chosen, type === undefined ? [] : ["config"]);
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>("[data-field] textarea, [data-field] input, [data-field] button")?.focus(),
      );
    },
  },
  {
    id: "left",
    title: "Go to the step before",
    group: "Walk",
    keys: ["ArrowLeft"],
    run: ({ actions }) => actions.walk("left"),
  },
  {
    id: "right",
    title: "Go to the step after",
    group: "Walk",
    keys: ["ArrowRight"],
    run: ({ actions }) => actions.walk("right"),
  },
  {
    id: "up",
    title: "Go to the step above",
    group: "Walk",
    keys: ["ArrowUp"],
    run: ({ actions }) => actions.walk("up"),
  },
  {
    id: "down",
    title: "Go to the step below",
    group: "Walk",
    keys: ["ArrowDown"],
    run: ({ actions }) => actions.walk("down"),
  },
  {
    id: "upstream",
    title: "Select all that leads here",
    group: "Walk",
    keys: ["Shift+ArrowLeft"],
    when: hasNodes,
    run: ({ actions }) => actions.extend("upstream"),
  },
  {
    id: "downstream",
    title: "Select all that follows",
    group: "Walk",
    keys: ["Shift+ArrowRight"],
    when: hasNodes,
    run: ({ actions }) => actions.extend("downstream"),
  },
  ...moveCommands,
  {
    id: "clear",
    title: "Select nothing",
    group: "Walk",
    keys: ["Escape"],
    run: ({ editor }) => editor.select([]),
  },
];

/** Whether a command may be given now. */
export function isOffered(command: Command, parts: EditorParts): boolean {
  return (command.writes !== true || parts.mayWrite) && (command.when === undefined || command.when(parts));
}
