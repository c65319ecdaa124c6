import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { toast } from "../../ui/toast.tsx";
import { clipOf, paste } from "../store/clipboard.ts";
import { boundsOf } from "../store/containers.ts";
import { moveNodes, outermost, reparent } from "../store/edits.ts";
import type { EditorStore } from "../store/editor-store.ts";
import { absoluteOf, containerAt, insideFrom, type Point, sizeOf } from "../store/geometry.ts";
import { definitionOf, nodesOf, withInsides } from "../store/graph.ts";

/** The container that takes what is dropped at a point; null for the graph itself. */
export function dropTarget(file: WorkflowFile, at: Point, dragged: ReadonlySet<string>): string | null {
  return containerAt(file, at, withInsides(file, dragged));
}

/** Ends a drag: what was moved stays where it was left, and belongs to the container its middle lies in. */
export function dropMoved(editor: EditorStore, places: ReadonlyMap<string, Point>): void {
  const before = editor.state.file.edges.length;
  const roots = outermost(editor.state.file, places.keys());
  editor.apply(
    (file) => {
      let next = moveNodes(places)(file);
      for (const id of roots) next = settled(next, id, new Set(roots));
      return next;
    },
    { label: "Move" },
  );
  const lost = before - editor.state.file.edges.length;
  if (lost <= 0) return;
  toast({
    title: lost === 1 ? "One connection was taken away" : `${lost} connections were taken away`,
    description: "Connections do not cross the border of a container.",
    action: { label: "Undo", run: () => editor.undo() },
  });
}

/** Ends a drag with Alt: copies of what was dragged stand where it was left, and the rest is as it was. */
export function dropCopies(editor: EditorStore, places: ReadonlyMap<string, Point>): void {
  const { file } = editor.state;
  const roots = outermost(file, places.keys());
  const clip = clipOf(file, roots);
  const moved = moveNodes(places)(file);
  const bounds = boundsOf(moved, roots);
  if (clip === null) return;
  const parentId = dropTarget(moved, { x: bounds.x + bounds.width / 2, y: bounds.y + 28 }, new Set(roots));
  const origin = parentId === null ? { x: 0, y: 0 } : absoluteOf(file, parentId);
  const made = paste(file, clip, { x: bounds.x - origin.x, y: bounds.y - origin.y }, parentId);
  editor.apply(() => made.file, { label: "Duplicate", select: made.ids });
}

function settled(file: WorkflowFile, id: string, dragged: ReadonlySet<string>): WorkflowFile {
  const node = nodesOf(file).get(id);
  if (node === undefined) return file;
  const at = absoluteOf(file, id);
  const size = sizeOf(file, node);
  const middle = { x: at.x + size.width / 2, y: at.y + Math.min(size.height / 2, 28) };
  const behaviour = definitionOf(node)?.behaviour;
  const target = behaviour === "entry" ? null : dropTarget(file, middle, dragged);
  if (target !== node.parentId) return reparent([id], target)(file);
  if (target === null) return file;
  const position = { x: Math.max(insideFrom.x, node.position.x), y: Math.max(insideFrom.y, node.position.y) };
  return moveNodes(new Map([[id, position]]))(file);
}
