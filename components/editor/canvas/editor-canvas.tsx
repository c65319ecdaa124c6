"use client";

import { MiniMap, ReactFlow, SelectionMode, useReactFlow, useStore } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "./canvas.css";
import "../../monitor/graph/run-graph.css";
import { useEffect, useMemo, useRef, useState } from "react";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { classNames } from "../../ui/class-names.ts";
import { attachCanvas } from "./canvas-port.ts";
import { CanvasControls } from "./canvas-controls.tsx";
import { DotGrid } from "./dot-grid.tsx";
import { FarEdges } from "./far-edges.tsx";
import { FarNodes, nodeAt } from "./far-nodes.tsx";
import { firstView } from "./first-view.ts";
import { FlowEdgeLine } from "./flow-edge.tsx";
import { type FlowEdge, FlowModel, type FlowNode, faultsOf } from "./flow-model.ts";
import { LevelContext, useCanvasLevel } from "./level.ts";
import { NodeCard } from "./node-card.tsx";
import { NodeContainer } from "./node-container.tsx";
import { familyColor } from "./node-icon.tsx";
import { NodeNote } from "./node-note.tsx";
import { useCanvasEvents } from "./use-canvas-events.ts";

const nodeTypes = { card: NodeCard, container: NodeContainer, note: NodeNote };
const edgeTypes = { flow: FlowEdgeLine };
/** From this many edges on they are one picture when seen from afar. */
const farFrom = 200;
/** From this many nodes on, and below this zoom, they are a picture as well: nobody can hit a step of ten pixels. */
const pictureFrom = 200;
const pictureBelow = 0.2;
const noEdges: FlowEdge[] = [];
/** From this many nodes the map costs more than it shows. */
const mapUpTo = 400;

/** The drawn workflow. The file is the truth: React Flow is shown what follows from it and tells what people do. */
export function EditorCanvas() {
  const { editor, actions, mayWrite } = useEditor();
  const file = useEditorState((state) => state.file);
  const selection = useEditorState((state) => state.selection);
  const chosenEdges = useEditorState((state) => state.edges);
  const problems = useEditorState((state) => state.problems);
  const tool = useView((state) => state.tool);
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const level = useCanvasLevel();
  const [model] = useState(() => new FlowModel());
  const frame = useRef<HTMLDivElement>(null);
  const events = useCanvasEvents(frame);
  const { moving, sizes } = events;

  const faults = useMemo(() => faultsOf(problems), [problems]);
  const nodes = useMemo(
    () => model.nodes(file, selection, faults, moving, sizes),
    [model, file, selection, faults, moving, sizes],
  );
  const tiny = useStore(({ transform }) => transform[2] < pictureBelow);
  const picture = tiny && file.nodes.length > pictureFrom;
  const far = level === "block" && file.edges.length > farFrom;
  const edges = useMemo(() => (far ? noEdges : model.edges(file, chosenEdges)), [model, file, chosenEdges, far]);
  useEffect(() => attachCanvas(actions, flow, frame), [actions, flow]);

  return (
    <div
      ref={frame}
      className="editor-canvas @container relative min-h-0 min-w-0 flex-1"
      data-tool={tool}
      data-level={level}
      data-picture={picture || undefined}
      data-testid="canvas"
      onDragOver={events.draggedOver}
      onDrop={events.droppedNew}
    >
      <LevelContext value={level}>
        <ReactFlow<FlowNode, FlowEdge>
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onInit={(instance) => {
            const box = frame.current?.getBoundingClientRect();
            if (box !== undefined) void instance.setViewport(firstView(editor.state.file, box));
          }}
          onNodesChange={events.nodesChanged}
          onEdgesChange={events.edgesChanged}
          onConnect={events.connected}
          onConnectEnd={events.connectEnd}
          isValidConnection={events.isValid}
          onMoveStart={() => markMoving(frame.current, true)}
          onMoveEnd={() => markMoving(frame.current, false)}
          onNodeDrag={events.dragged}
          onNodeDragStop={events.dropped}
          onSelectionDragStop={events.dropped}
          onPaneClick={(event) => {
            if (!picture) return;
            const id = nodeAt(file, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
            if (id !== null) editor.select([id]);
          }}
          onNodeDoubleClick={(_event, node) => editor.goTo(node.id)}
          onPaneContextMenu={(event) => event.preventDefault()}
          minZoom={0.05}
          maxZoom={2}
          // From afar everything is in view, and asking at each frame what is would be all that is won.
          onlyRenderVisibleElements={level !== "block"}
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
          <DotGrid />
          {file.nodes.length <= mapUpTo && file.nodes.length > 0 && <CanvasMap crowded={selection.size > 1} />}
          {far && <FarEdges file={file} />}
          {picture && <FarNodes file={file} selection={selection} faults={faults} />}
          <CanvasControls />
        </ReactFlow>
      </LevelContext>
    </div>
  );
}

/** By attribute and not by state: no node is drawn again for it. */
function markMoving(frame: HTMLElement | null, moving: boolean): void {
  frame?.toggleAttribute("data-moving", moving);
}

/** Where the canvas is narrow, it gives way to what can be done with several chosen steps. */
function CanvasMap({ crowded }: { crowded: boolean }) {
  return (
    <MiniMap<FlowNode>
      pannable
      zoomable
      ariaLabel="Map of the workflow"
      className={classNames("!m-3 overflow-hidden rounded-lg border border-line", crowded && "@max-[840px]:!hidden")}
      style={{ width: 160, height: 100 }}
      nodeClassName={(node) => `fill-current ${familyColor(node.data.node)}`}
      nodeColor="currentColor"
      nodeBorderRadius={16}
    />
  );
}
