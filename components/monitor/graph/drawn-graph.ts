import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { FlowModel, type FlowEdge, type FlowNode } from "../../editor/canvas/flow-model.ts";
import { placed } from "../../editor/store/layout.ts";

const nobody: ReadonlySet<string> = new Set();

/**
 * A version as it was drawn, for React Flow. Nothing in it changes while the run goes on: what a node shows of the run it takes from the
 * screen's state by itself, so an event draws one card again and not the canvas.
 */
export function drawnGraph(file: WorkflowFile): { nodes: FlowNode[]; edges: FlowEdge[] } {
  const drawn = placed(file);
  const model = new FlowModel();
  const nodes = model.nodes(drawn, nobody, new Map(), new Map(), new Map());
  return {
    // The cards hold a button of their own; a button in a button could not be read out.
    nodes: nodes.map(({ ariaRole: _role, ...node }) => node),
    edges: model.edges(drawn, nobody),
  };
}
