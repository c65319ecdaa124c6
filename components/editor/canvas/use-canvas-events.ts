"use client";

import { type Connection, type EdgeChange, type NodeChange, type OnConnectEnd, useReactFlow } from "@xyflow/react";
import { type DragEvent, type RefObject, useState } from "react";
import { toast } from "../../ui/toast.tsx";
import { useEditor } from "../editor-context.tsx";
import { connect } from "../store/edits.ts";
import type { Point, Size } from "../store/geometry.ts";
import { connectFault, type Joint } from "../store/graph.ts";
import { draggedType } from "./dragged.ts";
import { dropCopies, dropMoved, dropTarget } from "./drop.ts";
import type { FlowEdge, FlowNode } from "./flow-model.ts";

const none: ReadonlyMap<string, Point> = new Map();
const noSizes: ReadonlyMap<string, Size> = new Map();

/** What people do on the canvas, made into edits. Where things are while they are being dragged stands here and not in the file. */
export function useCanvasEvents(frame: RefObject<HTMLDivElement | null>) {
  const { editor } = useEditor();
  const [moving, setMoving] = useState(none);
  const [sizes, setSizes] = useState(noSizes);
  const flow = useReactFlow<FlowNode, FlowEdge>();

  function nodesChanged(changes: NodeChange<FlowNode>[]) {
    let chosen: Set<string> | null = null;
    let places: Map<string, Point> | null = null;
    for (const change of changes) {
      if (change.type === "select") {
        chosen ??= new Set(editor.state.selection);
        if (change.selected) chosen.add(change.id);
        else chosen.delete(change.id);
      } else if (change.type === "position" && change.position !== undefined && change.dragging === true) {
        places ??= new Map(moving);
        places.set(change.id, change.position);
      } else if (change.type === "dimensions" && change.resizing !== undefined) {
        const { id, dimensions, resizing } = change;
        setSizes(resizing && dimensions !== undefined ? new Map([[id, dimensions]]) : noSizes);
      }
    }
    if (chosen !== null) editor.select(chosen, editor.state.edges);
    if (places !== null) setMoving(places);
  }

  function edgesChanged(changes: EdgeChange<FlowEdge>[]) {
    const chosen = new Set(editor.state.edges);
    for (const change of changes) {
      if (change.type !== "select") continue;
      if (change.selected) chosen.add(change.id);
      else chosen.delete(change.id);
    }
    editor.select(editor.state.selection, chosen);
  }

  function dropped(event: MouseEvent | TouchEvent | React.MouseEvent) {
    setMoving(none);
    markTarget(frame.current, null);
    if (moving.size === 0) return;
    if (event.altKey) dropCopies(editor, moving);
    else dropMoved(editor, moving);
  }

  /** Marks the container that would take what is under the pointer. */
  function markUnder(event: { clientX: number; clientY: number }, dragged: ReadonlySet<string>) {
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    markTarget(frame.current, dropTarget(editor.state.file, at, dragged));
  }

  return {
    moving,
    sizes,
    nodesChanged,
    edgesChanged,
    dropped,
    dragged(event: MouseEvent | TouchEvent | React.MouseEvent, node: FlowNode) {
      const point = "clientX" in event ? event : event.touches[0];
      if (moving.size <= 1 && point !== undefined) markUnder(point, new Set([node.id]));
    },
    draggedOver(event: DragEvent) {
      if (!event.dataTransfer.types.includes(draggedType)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      markUnder(event, new Set());
    },
    isValid: (joint: Connection | FlowEdge): boolean => connectFault(editor.state.file, jointOf(joint)) === null,
    connected: (joint: Connection) => editor.apply(connect(jointOf(joint)), { label: "Connect" }),
    connectEnd: useConnectEnd(),
    droppedNew: useDroppedNew(frame),
  };
}

/** A line was let go of: over a port that does not take it, over a step, or over empty canvas, where it asks what shall stand there. */
function useConnectEnd(): OnConnectEnd {
  const { editor, view } = useEditor();
  const flow = useReactFlow();
  return (event, state) => {
    const point = "clientX" in event ? event : event.changedTouches[0];
    if (state.isValid === true || state.fromHandle === null || state.fromNode === null || point === undefined) return;
    const side = state.fromHandle.type;
    const from = { node: state.fromNode.id, port: state.fromHandle.id ?? (side === "source" ? "out" : "in"), side };
    const { file } = editor.state;
    if (state.toHandle !== null) {
      const { nodeId, id } = state.toHandle;
      const joint =
        side === "source"
          ? { source: from.node, sourcePort: from.port, target: nodeId, targetPort: id ?? "in" }
          : { source: nodeId, sourcePort: id ?? "out", target: from.node, targetPort: from.port };
      const fault = connectFault(file, joint);
      if (fault !== null) toast({ title: "These two cannot be joined", description: fault });
      return;
    }
    const over =
      event.target instanceof Element ? event.target.closest(".react-flow__node")?.getAttribute("data-id") : null;
    if (over !== null && over !== undefined && over !== from.node && side === "source") {
      const joint = { source: from.node, sourcePort: from.port, target: over, targetPort: "in" };
      if (connectFault(file, joint) === null) return editor.apply(connect(joint), { label: "Connect" });
    }
    const screen = { x: point.clientX, y: point.clientY };
    view.setState({ picker: { screen, purpose: { kind: "line", at: flow.screenToFlowPosition(screen), from } } });
  };
}

/** A kind of step was dropped from the palette: onto an edge it goes in between, into a container it stands there. */
function useDroppedNew(frame: RefObject<HTMLDivElement | null>): (event: DragEvent) => void {
  const { actions } = useEditor();
  const flow = useReactFlow();
  return (event) => {
    const type = event.dataTransfer.getData(draggedType);
    if (type === "") return;
    event.preventDefault();
    markTarget(frame.current, null);
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const edge = document
      .elementFromPoint(event.clientX, event.clientY)
      ?.closest(".react-flow__edge")
      ?.getAttribute("data-id");
    actions.add(type, edge === null || edge === undefined ? { kind: "place", at } : { kind: "edge", edge });
  };
}

function jointOf(joint: Connection | FlowEdge): Joint {
  return {
    source: joint.source,
    sourcePort: joint.sourceHandle ?? "out",
    target: joint.target,
    targetPort: joint.targetHandle ?? "in",
  };
}

/** By class and not by state, as it may change with every frame of a drag. */
function markTarget(frame: HTMLElement | null, id: string | null): void {
  for (const marked of frame?.querySelectorAll(".drop-target") ?? []) {
    if (marked.getAttribute("data-id") !== id) marked.classList.remove("drop-target");
  }
  if (id !== null) frame?.querySelector(`.react-flow__node[data-id="${id}"]`)?.classList.add("drop-target");
}
