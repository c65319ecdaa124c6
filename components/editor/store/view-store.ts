import { createStore, type StoreApi } from "zustand/vanilla";
import type { Point } from "./geometry.ts";
import type { Joint } from "./graph.ts";

/** Why a node is being picked, which says what may be offered and what happens with it. */
export type PickPurpose =
  /** After the chosen node, else in the middle of the view. */
  | { kind: "add" }
  /** At a place of the canvas, in the container that is there. */
  | { kind: "place"; at: Point }
  /** Between the ends of an edge. */
  | { kind: "edge"; edge: string }
  /** At the end of a line that was dropped on empty canvas. */
  | { kind: "line"; at: Point; from: { node: string; port: string; side: "source" | "target" } }
  /** An existing node to connect the chosen one to: C. */
  | { kind: "connect"; from: string }
  /** Takes the place of a node: R. */
  | { kind: "replace"; node: string };

export type EditorDialog = "run" | "publish" | "import" | "find" | "restore" | "rename" | "template" | null;

export type Column = "input" | "settings" | "output";

export interface ViewState {
  tool: "select" | "hand";
  /** The left side, and what stands there: steps to add, or the steps there are. */
  palette: boolean;
  side: "steps" | "outline";
  /** The part of a step that is shown where the panel is too narrow for all three. */
  column: Column;
  /** Open picker: where on the screen, and what for. */
  picker: { screen: Point | null; purpose: PickPurpose } | null;
  dialog: EditorDialog;
  /** The version that a restore dialog is about. */
  version: number | null;
  /** The line that is being drawn, to mark the ports that it may end at. */
  drawing: Pick<Joint, "source" | "sourcePort"> | null;
  inspectorWidth: number;
}

/** How the editor looks to one person, none of which is saved with the workflow. */
export type ViewStore = StoreApi<ViewState>;

/** From `columnsFrom` on input, settings and output stand side by side. */
export const inspectorWidths = { least: 320, usual: 380, columnsFrom: 700, columns: 760, most: 1_000 };

export function createViewStore(initial: Partial<ViewState> = {}): ViewStore {
  return createStore<ViewState>(() => ({
    tool: "select",
    palette: true,
    side: "steps",
    column: "settings",
    picker: null,
    dialog: null,
    version: null,
    drawing: null,
    inspectorWidth: inspectorWidths.usual,
    ...initial,
  }));
}
