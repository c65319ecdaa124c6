import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { boundsOf } from "../store/containers.ts";
import { absoluteOf } from "../store/geometry.ts";

const margin = 48;
/** Below this, names could not be read any more: then the beginning is shown instead of everything. */
const leastWhole = 0.5;
const reading = 0.85;

/** Where an opened workflow is looked at from: all of it while it can be read, else its beginning. */
export function firstView(
  file: WorkflowFile,
  box: { width: number; height: number },
): { x: number; y: number; zoom: number } {
  const bounds = boundsOf(
    file,
    file.nodes.map((node) => node.id),
  );
  if (bounds.width === 0) return { x: box.width / 2 - 110, y: box.height / 3, zoom: 1 };
  const zoom = Math.min(1, (box.width - 2 * margin) / bounds.width, (box.height - 2 * margin) / bounds.height);
  if (zoom >= leastWhole) {
    return {
      x: box.width / 2 - (bounds.x + bounds.width / 2) * zoom,
      y: box.height / 2 - (bounds.y + bounds.height / 2) * zoom,
      zoom,
    };
  }
  const start = file.nodes.find((node) => node.type === "start") ?? file.nodes[0];
  const at = start === undefined ? bounds : absoluteOf(file, start.id);
  return { x: margin - at.x * reading, y: box.height / 2 - (at.y + 28) * reading, zoom: reading };
}
