import { fileLimits } from "../../../engine/workflow/file.ts";
import { toast } from "../../ui/toast.tsx";
import { align, distribute, type Edge, nudge } from "../store/arrange.ts";
import { type Clip, clipOf, duplicate, paste, readClip } from "../store/clipboard.ts";
import { unwrap, wrap } from "../store/containers.ts";
import { connect, type Edit, removeEdges, removeNodes } from "../store/edits.ts";
import type { EditorStore } from "../store/editor-store.ts";
import { absoluteOf, containerAt, type Point } from "../store/geometry.ts";
import { downstream, isContainerNode, nodesOf, upstream } from "../store/graph.ts";
import { tidy } from "../store/layout.ts";
import { addPicked, targetsOf } from "../store/pick.ts";
import type { PickPurpose, ViewStore } from "../store/view-store.ts";
import { type Direction, stepTo } from "../store/walk.ts";

/** What the actions ask of the canvas; it is there once the canvas is drawn. */
export interface CanvasPort {
  /** Middle of what is seen, as a point of the canvas. */
  middle(): Point;
  toCanvas(screen: Point): Point;
  /** Where a point of the canvas is on the screen. */
  toScreen(point: Point): Point;
  fit(ids?: readonly string[]): void;
  zoomBy(factor: number): void;
  zoomTo(zoom: number): void;
  /** Brings a node into view, if it is not, and gives it the keyboard. */
  reveal(id: string): void;
}

/** Everything that can be done in the editor, for the mouse, the keyboard, menus and the command palette alike. */
export class EditorActions {
  readonly #editor: EditorStore;
  readonly #view: ViewStore;
  #canvas: CanvasPort | null = null;
  #clip: Clip | null = null;

  constructor(editor: EditorStore, view: ViewStore) {
    this.#editor = editor;
    this.#view = view;
  }

  attach(canvas: CanvasPort | null): void {
    this.#canvas = canvas;
  }

  get canvas(): CanvasPort | null {
    return this.#canvas;
  }

  /** The one chosen node, or null. */
  get chosen(): string | null {
    const { selection } = this.#editor.state;
    return selection.size === 1 ? ([...selection][0] ?? null) : null;
  }

  /** Opens the picker in the middle of the view, or beside the chosen node. */
  pick(purpose: PickPurpose): void {
    this.#view.setState({ picker: { screen: null, purpose } });
  }

  /** Adds a node of a type; gives its id. */
  add(type: string, purpose: PickPurpose = { kind: "add" }): string | null {
    const { file } = this.#editor.state;
    if (file.nodes.length >= fileLimits.nodes) {
      toast({ tone: "failure", title: `A workflow holds at most ${fileLimits.nodes.toLocaleString("en")} nodes.` });
      return null;
    }
    const around = { chosen: this.chosen, middle: this.#canvas?.middle() ?? { x: 0, y: 0 } };
    const made = addPicked(file, type, purpose, around);
    this.#editor.apply(() => made.file, { label: purpose.kind === "replace" ? "Replace" : "Add", select: [made.id] });
    this.#canvas?.reveal(made.id);
    return made.id;
  }

  /** Connects the chosen node to another, by the first ports that fit. */
  connectTo(from: string, to: string): void {
    const target = targetsOf(this.#editor.state.file, from).find(({ id }) => id === to);
    if (target === undefined) return;
    const { sourcePort, targetPort } = target;
    this.#editor.apply(connect({ source: from, sourcePort, target: to, targetPort }), { label: "Connect" });
  }

  /** Deletes what is chosen; with `heal`, what stood before is joined to what stood after. */
  remove(heal = false): void {
    const { selection, edges } = this.#editor.state;
    if (selection.size === 0 && edges.size === 0) return;
    const edit: Edit = (file) => removeNodes(selection, heal)(edges.size === 0 ? file : removeEdges(edges)(file));
    this.#editor.apply(edit, { label: "Delete", select: [] });
  }

  /** What is chosen as text for the clipboard; null when nothing is. */
  copy(): string | null {
    const clip = clipOf(this.#editor.state.file, this.#editor.state.selection);
    if (clip === null) return null;
    this.#clip = clip;
    return JSON.stringify(clip);
  }

  cut(): string | null {
    const text = this.copy();
    if (text !== null) this.#editor.apply(removeNodes(this.#editor.state.selection), { label: "Cut", select: [] });
    return text;
  }

  /** Pastes text of the clipboard; without text, what was copied here last. False when it is nothing that can stand on a canvas. */
  paste(text: string | null): boolean {
    const clip = text === null ? this.#clip : readClip(text);
    if (clip === null) return false;
    const { file } = this.#editor.state;
    if (file.nodes.length + clip.nodes.length > fileLimits.nodes) {
      toast({ tone: "failure", title: `A workflow holds at most ${fileLimits.nodes.toLocaleString("en")} nodes.` });
      return true;
    }
    const middle = this.#canvas?.middle() ?? { x: 0, y: 0 };
    const chosen = this.chosen;
    const node = chosen === null ? undefined : nodesOf(file).get(chosen);
    // With a container chosen, or over one, it goes inside.
    const parentId = node !== undefined && isContainerNode(node) ? node.id : containerAt(file, middle);
    const origin = parentId === null ? { x: 0, y: 0 } : absoluteOf(file, parentId);
    const made = paste(file, clip, { x: middle.x - origin.x - 110, y: middle.y - origin.y - 28 }, parentId);
    this.#editor.apply(() => made.file, { label: "Paste", select: made.ids });
    return true;
  }

  duplicate(): void {
    const made = duplicate(this.#editor.state.file, this.#editor.state.selection);
    if (made !== null) this.#editor.apply(() => made.file, { label: "Duplicate", select: made.ids });
  }

  selectAll(): void {
    this.#editor.select(this.#editor.state.file.nodes.map((node) => node.id));
  }

  /** Goes to the next node in a direction. */
  walk(direction: Direction): void {
    const next = stepTo(
      this.#editor.state.file,
      this.chosen ?? [...this.#editor.state.selection][0] ?? null,
      direction,
    );
    if (next === null) return;
    this.#editor.select([next]);
    this.#canvas?.reveal(next);
  }

  /** Chooses all that leads to the chosen nodes, or all that follows them, as well. */
  extend(direction: "upstream" | "downstream"): void {
    const { file, selection } = this.#editor.state;
    const reach = direction === "upstream" ? upstream : downstream;
    this.#editor.select([...selection, ...[...selection].flatMap((id) => [...reach(file, id)])]);
  }

  wrap(type: "loop" | "parallel"): void {
    const made = wrap(this.#editor.state.file, this.#editor.state.selection, type);
    if (made === null) {
      toast({
        title: "These cannot be put into one container",
        description: "Choose steps that stand side by side in the same place; start and output stay outside.",
      });
      return;
    }
    this.#editor.apply(() => made.file, {
      label: type === "loop" ? "Put into a loop" : "Put into parallel",
      select: [made.id],
    });
  }

  unwrap(): void {
    const made = this.chosen === null ? null : unwrap(this.#editor.state.file, this.chosen);
    if (made !== null) this.#editor.apply(() => made.file, { label: "Take out of the container", select: made.ids });
  }

  /** Lays out everything, or the surroundings of what is chosen when several nodes are. */
  tidy(): void {
    const { selection } = this.#editor.state;
    const only = selection.size > 1 ? selection : new Set<string>();
    this.#editor.apply((file) => tidy(file, only), { label: "Tidy up" });
    this.#canvas?.fit();
  }

  align(edge: Edge): void {
    this.#editor.apply(align(this.#editor.state.selection, edge), { label: "Align" });
  }

  distribute(along: "x" | "y"): void {
    this.#editor.apply(distribute(this.#editor.state.selection, along), { label: "Spread" });
  }

  /** Moves what is chosen; steps shortly after one another are one step of undo. */
  nudge(x: number, y: number): void {
    this.#editor.apply(nudge(this.#editor.state.selection, { x, y }), { label: "Move", merge: "nudge" });
  }

  note(): void {
    const middle = this.#canvas?.middle() ?? { x: 0, y: 0 };
    this.add("note", { kind: "place", at: middle });
  }
}
