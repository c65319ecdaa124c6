"use client";

import {
  Background,
  BackgroundVariant,
  type Connection,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "./canvas.css";
import { useTheme } from "next-themes";
import { type DragEvent, useEffect, useMemo, useRef, useState } from "react";
import { toast } from "../../ui/toast.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { connect } from "../store/edits.ts";
import type { Point, Size } from "../store/geometry.ts";
import { connectFault, type Joint } from "../store/graph.ts";
import { attachCanvas } from "./canvas-port.ts";
import { CanvasControls } from "./canvas-controls.tsx";
import { draggedType } from "./dragged.ts";
import { dropMoved, dropTarget } from "./drop.ts";
import { FlowEdgeLine } from "./flow-edge.tsx";
import { type FlowEdge, FlowModel, type FlowNode, faultsOf } from "./flow-model.ts";
import { LevelContext, useCanvasLevel } from "./level.ts";
import { NodeCard } from "./node-card.tsx";
import { NodeContainer } from "./node-container.tsx";
import { familyColor } from "./node-icon.tsx";
import { NodeNote } from "./node-note.tsx";

const nodeTypes = { card: NodeCard, container: NodeContainer, note: NodeNote };
const edgeTypes = { flow: FlowEdgeLine };
const none: ReadonlyMap<string, Point> = new Map();
const noSizes: ReadonlyMap<string, Size> = new Map();
/** From this many nodes the map costs more than it shows. */
const mapUpTo = 400;

/** The drawn workflow. The file is the truth: React Flow is shown what follows from it and tells what people do. */
export function EditorCanvas() {
  const { editor, view, actions, mayWrite } = useEditor();
  const file = useEditorState((state) => state.file);
  const selection = useEditorState((state) => state.selection);
  const chosenEdges = useEditorState((state) => state.edges);
  const problems = useEditorState((state) => state.problems);
  const tool = useView((state) => state.tool);
  const { resolvedTheme } = useTheme();
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const level = useCanvasLevel();
  const [model] = useState(() => new FlowModel());
  const [moving, setMoving] = useState(none);
  const [sizes, setSizes] = useState(noSizes);
  const frame = useRef<HTMLDivElement>(null);

  const faults = useMemo(() => faultsOf(problems), [problems]);
  const nodes = useMemo(
    () => model.nodes(file, selection, faults, moving, sizes),
    [model, file, selection, faults, moving, sizes],
  );
  const edges = useMemo(() => model.edges(file, chosenEdges), [model, file, chosenEdges]);

  useEffect(() => attachCanvas(actions, flow, frame), [actions, flow]);

  function changed(changes: NodeChange<FlowNode>[]) {
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

  const dropped = (): void => {
    const places = moving;
    setMoving(none);
    markTarget(frame.current, null);
    if (places.size > 0) dropMoved(editor, places);
  };

  const valid = (joint: Connection | FlowEdge): boolean => connectFault(editor.state.file, jointOf(joint)) === null;

  const connectEnd: OnConnectEnd = (event, state) => {
    const point = "clientX" in event ? event : event.changedTouches[0];
    if (state.isValid === true || state.fromHandle === null || state.fromNode === null || point === undefined) return;
    const screen = { x: point.clientX, y: point.clientY };
    const side = state.fromHandle.type;
    const from = { node: state.fromNode.id, port: state.fromHandle.id ?? (side === "source" ? "out" : "in"), side };
    const over = state.toHandle;
    if (over !== null) {
      const joint = jointOf(
        side === "source"
          ? { source: from.node, sourceHandle: from.port, target: over.nodeId, targetHandle: over.id ?? null }
          : { source: over.nodeId, sourceHandle: over.id ?? null, target: from.node, targetHandle: from.port },
      );
      const fault = connectFault(editor.state.file, joint);
      if (fault !== null) toast({ title: "These two cannot be joined", description: fault });
      return;
    }
    const target = event.target instanceof Element ? event.target : null;
    const overNode = target?.closest(".react-flow__node")?.getAttribute("data-id");
    if (overNode !== null && overNode !== undefined && side === "source" && overNode !== from.node) {
      const fits = { source: from.node, sourcePort: from.port, target: overNode, targetPort: "in" };
      if (connectFault(editor.state.file, fits) === null) return editor.apply(connect(fits), { label: "Connect" });
    }
    view.setState({ picker: { screen, purpose: { kind: "line", at: flow.screenToFlowPosition(screen), from } } });
  };

  function drop(event: DragEvent) {
    const type = event.dataTransfer.getData(draggedType);
    if (type === "") return;
    event.preventDefault();
    markTarget(frame.current, null);
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const edge = edgeUnder(event.clientX, event.clientY);
    actions.add(type, edge === null ? { kind: "place", at } : { kind: "edge", edge });
  }

  return (
    <div
      ref={frame}
      className="editor-canvas relative min-h-0 min-w-0 flex-1"
      data-tool={tool}
      data-level={level}
      data-testid="canvas"
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(draggedType)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        markTarget(frame.current, dropTarget(editor.state.file, at, new Set()));
      }}
      onDrop={drop}
    >
      <LevelContext value={level}>
        <ReactFlow<FlowNode, FlowEdge>
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={changed}
          onEdgesChange={(changes) => {
            const chosen = new Set(editor.state.edges);
            for (const change of changes) {
              if (change.type !== "select") continue;
              if (change.selected) chosen.add(change.id);
              else chosen.delete(change.id);
            }
            editor.select(editor.state.selection, chosen);
          }}
          onConnect={(joint) => editor.apply(connect(jointOf(joint)), { label: "Connect" })}
          onConnectEnd={connectEnd}
          isValidConnection={valid}
          onNodeDrag={(event, node) => {
            if (moving.size > 1) return;
            const point = "clientX" in event ? event : event.touches[0];
            if (point === undefined) return;
            const at = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
            markTarget(frame.current, dropTarget(editor.state.file, at, new Set([node.id])));
          }}
          onNodeDragStop={dropped}
          onSelectionDragStop={dropped}
          onNodeDoubleClick={(_event, node) => editor.goTo(node.id)}
          onPaneContextMenu={(event) => event.preventDefault()}
          colorMode={resolvedTheme === "dark" ? "dark" : "light"}
          fitView
          fitViewOptions={{ padding: 0.12, maxZoom: 1 }}
          minZoom={0.05}
          maxZoom={2}
          onlyRenderVisibleElements
          nodesDraggable={mayWrite}
          nodesConnectable={mayWrite}
          nodeDragThreshold={3}
          connectionRadius={24}
          snapToGrid
          snapGrid={[4, 4]}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={["Meta", "Control", "Shift"]}
          panActivationKeyCode="Space"
          selectionOnDrag={tool === "select"}
          panOnDrag={tool === "select" ? [1, 2] : true}
          panOnScroll
          selectionMode={SelectionMode.Partial}
          selectNodesOnDrag={false}
          zoomOnDoubleClick={false}
          disableKeyboardA11y
          edgesFocusable={false}
          elevateNodesOnSelect={false}
          attributionPosition="bottom-left"
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
          {file.nodes.length <= mapUpTo && file.nodes.length > 0 && (
            <MiniMap<FlowNode>
              pannable
              zoomable
              ariaLabel="Map of the workflow"
              className="!m-3 overflow-hidden rounded-lg border border-line"
              style={{ width: 160, height: 100 }}
              nodeClassName={(node) => `fill-current ${familyColor(node.data.node)}`}
              nodeColor="currentColor"
              nodeBorderRadius={16}
            />
          )}
          <CanvasControls />
        </ReactFlow>
      </LevelContext>
    </div>
  );
}

function jointOf(joint: Connection | FlowEdge): Joint {
  return {
    source: joint.source,
    sourcePort: joint.sourceHandle ?? "out",
    target: joint.target,
    targetPort: joint.targetHandle ?? "in",
  };
}

/** Marks the container that would take what is being dragged. By class, as it changes with every frame of a drag. */
function markTarget(frame: HTMLElement | null, id: string | null): void {
  for (const marked of frame?.querySelectorAll(".drop-target") ?? []) {
    if (marked.getAttribute("data-id") !== id) marked.classList.remove("drop-target");
  }
  if (id !== null) frame?.querySelector(`.react-flow__node[data-id="${id}"]`)?.classList.add("drop-target");
}

/** The edge under a point of the screen, which a dropped node splits. */
function edgeUnder(x: number, y: number): string | null {
  const edge = document.elementFromPoint(x, y)?.closest(".react-flow__edge");
  return edge?.getAttribute("data-id") ?? null;
}
