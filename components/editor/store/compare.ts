import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { nameOf, nodesOf } from "./graph.ts";

const mostTold = 12;

/** How two versions of a draft differ, in words: what is only in one of them, and what is in both but not the same. */
export function compareFiles(mine: WorkflowFile, theirs: WorkflowFile): string[] {
  const changes: string[] = [];
  for (const node of mine.nodes) {
    const other = nodesOf(theirs).get(node.id);
    if (other === undefined) changes.push(`“${nameOf(node)}” is only in yours.`);
    else if (JSON.stringify(sortedNode(node)) !== JSON.stringify(sortedNode(other)))
      changes.push(`“${nameOf(node)}” differs.`);
  }
  for (const node of theirs.nodes) {
    if (!nodesOf(mine).has(node.id)) changes.push(`“${nameOf(node)}” is only in theirs.`);
  }
  if (mine.name !== theirs.name) changes.push(`The name is “${mine.name}” here and “${theirs.name}” there.`);
  if (mine.edges.length !== theirs.edges.length) {
    changes.push(`There are ${mine.edges.length} connections here and ${theirs.edges.length} there.`);
  }
  if (changes.length === 0)
    return ["They differ in small things only: places on the canvas, or settings of the workflow."];
  return changes.length > mostTold
    ? [...changes.slice(0, mostTold), `and ${changes.length - mostTold} more.`]
    : changes;
}

/** A node without its place on the canvas, its fields in one order. */
function sortedNode({ position: _position, size: _size, ...node }: WorkflowFile["nodes"][number]): unknown {
  return sorted(node);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
