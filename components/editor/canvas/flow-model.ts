import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import type { WorkflowEdge, WorkflowFile, WorkflowNode } from "../../../engine/workflow/file.ts";
import type { Problem } from "../../../engine/workflow/plan.ts";
import { type Point, portPoint, type Size, sizeOf } from "../store/geometry.ts";
import { childrenIn, definitionOf, isContainerNode, isErrorEdge, portsOf } from "../store/graph.ts";

export type Fault = "error" | "warning" | null;

export interface FlowNodeData extends Record<string, unknown> {
  node: WorkflowNode;
  fault: Fault;
  /** Nodes directly inside; null for what holds none. */
  children: number | null;
}
export type FlowNode = Node<FlowNodeData, "card" | "container" | "note">;

export interface FlowEdgeData extends Record<string, unknown> {
  /** Drawn red: it is taken when a step failed. */
  error: boolean;
}
export type FlowEdge = Edge<FlowEdgeData, "flow">;

const handleSize = 10;

interface KeptNode {
  node: WorkflowNode;
  selected: boolean;
  fault: Fault;
  position: Point;
  width: number;
  height: number;
  children: number | null;
  drawn: FlowNode;
}

/**
 * Draws a file for React Flow. What did not change keeps its identity: a thousand nodes of which one moves are one new object, which is
 * what dragging costs. Sizes and ports are given along, so nothing is measured.
 */
export class FlowModel {
  readonly #nodes = new Map<string, KeptNode>();
  readonly #edges = new Map<string, { edge: WorkflowEdge; selected: boolean; drawn: FlowEdge }>();

  /** `moving` holds the places of nodes that are under the pointer now. */
  nodes(
    file: WorkflowFile,
    selection: ReadonlySet<string>,
    faults: ReadonlyMap<string, Fault>,
    moving: ReadonlyMap<string, Point>,
    sizes: ReadonlyMap<string, Size>,
  ): FlowNode[] {
    const drawn: FlowNode[] = [];
    const seen = new Set<string>();
    const draw = (scope: string): void => {
      for (const node of childrenIn(file, scope)) {
        if (seen.has(node.id)) continue;
        seen.add(node.id);
        drawn.push(this.#node(file, node, selection.has(node.id), faults.get(node.id) ?? null, moving, sizes));
        if (isContainerNode(node)) draw(node.id);
      }
    };
    draw("");
    // A node whose parent is missing is a problem of the file, and is drawn where it can be mended.
    for (const node of file.nodes) {
      if (seen.has(node.id)) continue;
      const orphan = { ...node, parentId: null };
      drawn.push(this.#node(file, orphan, selection.has(node.id), "error", moving, sizes));
    }
    for (const id of this.#nodes.keys())
      if (this.#nodes.size > file.nodes.length * 2 && !seen.has(id)) this.#nodes.delete(id);
    return drawn;
  }

  #node(
    file: WorkflowFile,
    node: WorkflowNode,
    selected: boolean,
    fault: Fault,
    moving: ReadonlyMap<string, Point>,
    sizes: ReadonlyMap<string, Size>,
  ): FlowNode {
    const kept = this.#nodes.get(node.id);
    const position = moving.get(node.id) ?? node.position;
    const container = isContainerNode(node);
    const { width, height } = sizes.get(node.id) ?? sizeOf(file, node);
    const children = container ? childrenIn(file, node.id).length : null;
    if (
      kept !== undefined &&
      kept.node === node &&
      kept.selected === selected &&
      kept.fault === fault &&
      kept.position.x === position.x &&
      kept.position.y === position.y &&
      kept.width === width &&
      kept.height === height &&
      kept.children === children
    ) {
      return kept.drawn;
    }
    const note = definitionOf(node)?.behaviour === "note";
    const same = kept !== undefined && kept.node === node && kept.fault === fault && kept.children === children;
    const sized = kept !== undefined && kept.node === node && kept.width === width && kept.height === height;
    const drawn: FlowNode = {
      id: node.id,
      type: note ? "note" : container ? "container" : "card",
      position,
      ...(node.parentId === null ? {} : { parentId: node.parentId }),
      width,
      height,
      measured: sized ? (kept.drawn.measured ?? { width, height }) : { width, height },
      handles: sized ? (kept.drawn.handles ?? []) : handlesOf(file, node, { width, height }),
      selected,
      data: same ? kept.drawn.data : { node, fault, children },
      ...(note ? { zIndex: -1 } : {}),
      ariaRole: "button",
    };
    this.#nodes.set(node.id, { node, selected, fault, position, width, height, children, drawn });
    return drawn;
  }

  edges(file: WorkflowFile, selection: ReadonlySet<string>): FlowEdge[] {
    return file.edges.map((edge) => {
      const selected = selection.has(edge.id);
      const error = isErrorEdge(file, edge);
      const kept = this.#edges.get(edge.id);
      if (kept?.edge === edge && kept.selected === selected && kept.drawn.data?.error === error) return kept.drawn;
      const drawn: FlowEdge = {
        id: edge.id,
        type: "flow",
        source: edge.source,
        target: edge.target,
        sourceHandle: edge.sourcePort,
        targetHandle: edge.targetPort,
        selected,
        data: { error },
      };
      this.#edges.set(edge.id, { edge, selected, drawn });
      return drawn;
    });
  }
}

function handlesOf(file: WorkflowFile, node: WorkflowNode, size: Size): NodeHandle[] {
  const ports = portsOf(node);
  return [
    ...ports.inputs.map((port): NodeHandle => {
      const point = portPoint(file, node, "in", port.name);
      return { id: port.name, type: "target", position: Position.Left, ...boxAt(point) };
    }),
    ...ports.outputs.map((port): NodeHandle => {
      const { y } = portPoint(file, node, "out", port.name);
      return { id: port.name, type: "source", position: Position.Right, ...boxAt({ x: size.width, y }) };
    }),
  ];
}

function boxAt({ x, y }: Point): { x: number; y: number; width: number; height: number } {
  return { x: x - handleSize / 2, y: y - handleSize / 2, width: handleSize, height: handleSize };
}

/** The worst that the compiler says of each node. */
export function faultsOf(problems: readonly Problem[]): Map<string, Fault> {
  const faults = new Map<string, Fault>();
  for (const { node, severity } of problems) {
    if (node !== null && faults.get(node) !== "error") faults.set(node, severity);
  }
  return faults;
}
