import { createStore, type StoreApi } from "zustand/vanilla";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import type { Problem } from "../../../engine/workflow/plan.ts";
import type { Edit } from "./edits.ts";

interface Snapshot {
  file: WorkflowFile;
  selection: ReadonlySet<string>;
  /** What was done next, for "Undo move". */
  label: string;
}

export type Panel = "node" | "workflow" | "problems" | "versions";

export interface EditorState {
  file: WorkflowFile;
  /** Ids of the chosen nodes and edges. */
  selection: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  past: readonly Snapshot[];
  future: readonly Snapshot[];
  /** What the compiler says of `checked`; older than `file` for a moment after a change. */
  problems: readonly Problem[];
  checked: WorkflowFile | null;
  panel: Panel;
  /** Where the inspector shall put the cursor: a path inside the node. Counted up, so that the same place can be asked for again. */
  focus: { node: string; path: readonly (string | number)[]; ticket: number } | null;
}

export interface Change {
  label: string;
  /** Changes with the same key, one shortly after the other, are one step of undo: typing, dragging. */
  merge?: string;
  /** What is chosen afterwards. */
  select?: Iterable<string>;
}

const mostSteps = 200;
const mergeWithinMs = 1_500;

/** The one truth of an open editor: the workflow file, what is chosen in it, and how to go back. Everything on the screen derives from it. */
export class EditorStore {
  readonly store: StoreApi<EditorState>;
  #lastMerge: { key: string; at: number } | null = null;
  readonly #now: () => number;

  constructor(file: WorkflowFile, now: () => number = Date.now) {
    this.#now = now;
    this.store = createStore<EditorState>(() => ({
      file,
      selection: new Set(),
      edges: new Set(),
      past: [],
      future: [],
      problems: [],
      checked: null,
      panel: "workflow",
      focus: null,
    }));
  }

  get state(): EditorState {
    return this.store.getState();
  }

  /** Changes the file. An edit that changes nothing leaves no trace in the history. */
  apply(edit: Edit, change: Change): void {
    const { file, selection, edges, past } = this.state;
    const next = edit(file);
    const chosen = change.select === undefined ? selection : new Set(change.select);
    if (next === file) {
      if (change.select !== undefined) this.select(chosen);
      return;
    }
    const merged = this.#merges(change.merge);
    const step: Snapshot = { file, selection, label: change.label };
    const ids = new Set(next.nodes.map((node) => node.id));
    const kept = [...chosen].every((id) => ids.has(id)) ? chosen : new Set([...chosen].filter((id) => ids.has(id)));
    const edgeIds = edges.size === 0 ? null : new Set(next.edges.map((edge) => edge.id));
    this.store.setState({
      file: next,
      selection: kept,
      edges: edgeIds === null || [...edges].every((id) => edgeIds.has(id)) ? edges : new Set(),
      past: merged ? past : [...past.slice(1 - mostSteps), step],
      future: [],
      ...(change.select === undefined ? {} : { panel: kept.size === 1 ? ("node" as const) : this.state.panel }),
    });
  }

  #merges(key: string | undefined): boolean {
    const last = this.#lastMerge;
    const now = this.#now();
    this.#lastMerge = key === undefined ? null : { key, at: now };
    return key !== undefined && last !== null && last.key === key && now - last.at < mergeWithinMs;
  }

  undo(): void {
    const { file, selection, past, future } = this.state;
    const step = past.at(-1);
    if (step === undefined) return;
    this.#lastMerge = null;
    this.store.setState({
      file: step.file,
      selection: step.selection,
      edges: new Set(),
      past: past.slice(0, -1),
      future: [{ file, selection, label: step.label }, ...future],
    });
  }

  redo(): void {
    const { file, selection, past, future } = this.state;
    const step = future[0];
    if (step === undefined) return;
    this.#lastMerge = null;
    this.store.setState({
      file: step.file,
      selection: step.selection,
      edges: new Set(),
      past: [...past, { file, selection, label: step.label }],
      future: future.slice(1),
    });
  }

  /** Chooses nodes and edges; one node alone opens its settings. */
  select(nodes: Iterable<string>, edges: Iterable<string> = []): void {
    const selection = new Set(nodes);
    const chosen = new Set(edges);
    const { panel } = this.state;
    if (same(selection, this.state.selection) && same(chosen, this.state.edges)) return;
    const next =
      selection.size === 1 && panel !== "problems"
        ? "node"
        : selection.size === 0 && panel === "node"
          ? "workflow"
          : panel;
    this.store.setState({ selection, edges: chosen, panel: next });
  }

  show(panel: Panel): void {
    this.store.setState({ panel });
  }

  /** Opens a node's settings with the cursor in a field. */
  goTo(node: string, path: readonly (string | number)[] = []): void {
    const ticket = (this.state.focus?.ticket ?? 0) + 1;
    this.store.setState({ selection: new Set([node]), edges: new Set(), panel: "node", focus: { node, path, ticket } });
  }

  found(checked: WorkflowFile, problems: readonly Problem[]): void {
    this.store.setState({ checked, problems });
  }

  /** Takes another file in place of this one, as when a colleague's draft is taken; history goes on, so that it can be undone. */
  replace(file: WorkflowFile, label: string): void {
    this.apply(() => file, { label, select: [] });
  }
}

function same(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}
