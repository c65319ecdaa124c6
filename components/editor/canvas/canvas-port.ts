import type { ReactFlowInstance } from "@xyflow/react";
import type { RefObject } from "react";
import type { EditorActions } from "../commands/actions.ts";
import type { FlowEdge, FlowNode } from "./flow-model.ts";

/** The smooth way of d3 loses the view, all of it NaN, where the middle moves by a millionth of a pixel. */
const interpolate = "linear";
const fitting = { padding: 0.12, maxZoom: 1 };

/** Lends the canvas to the editor's actions until the returned function is called. */
export function attachCanvas(
  actions: EditorActions,
  flow: ReactFlowInstance<FlowNode, FlowEdge>,
  frame: RefObject<HTMLDivElement | null>,
): () => void {
  const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160;
  const box = () => frame.current?.getBoundingClientRect() ?? new DOMRect();
  actions.attach({
    middle() {
      const { left, top, width, height } = box();
      return flow.screenToFlowPosition({ x: left + width / 2, y: top + height / 2 });
    },
    toCanvas: (screen) => flow.screenToFlowPosition(screen),
    toScreen: (point) => flow.flowToScreenPosition(point),
    fit(ids) {
      const chosen = ids === undefined ? {} : { nodes: ids.map((id) => ({ id })) };
      requestAnimationFrame(() => void flow.fitView({ ...fitting, ...chosen, duration, interpolate }));
    },
    zoomBy: (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration, interpolate }),
    zoomTo: (zoom) => void flow.zoomTo(zoom, { duration, interpolate }),
    reveal(id) {
      // After React has drawn what was just added.
      requestAnimationFrame(() => {
        const node = flow.getInternalNode(id);
        if (node === undefined) return;
        const { x, y } = node.internals.positionAbsolute;
        const width = node.measured.width ?? 220;
        const height = node.measured.height ?? 56;
        const { left, top, right, bottom } = box();
        const first = flow.flowToScreenPosition({ x, y });
        const last = flow.flowToScreenPosition({ x: x + width, y: y + height });
        const inView = first.x >= left && first.y >= top && last.x <= right && last.y <= bottom;
        if (!inView)
          void flow.setCenter(x + width / 2, y + height / 2, {
            zoom: Math.max(flow.getZoom(), 0.85),
            duration,
            interpolate,
          });
        // Whoever works in the outline stays there.
        if (document.activeElement?.closest("[role=tree]") != null) return;
        frame.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${id}"]`)?.focus({ preventScroll: true });
      });
    },
  });
  return () => actions.attach(null);
}
