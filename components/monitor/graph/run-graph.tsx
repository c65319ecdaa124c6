"use client";

import {
  Background,
  BackgroundVariant,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "../../editor/canvas/canvas.css";
import { Locate, Maximize, Minus, Plus } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from "react";
import type { FlowEdge, FlowNode } from "../../editor/canvas/flow-model.ts";
import { LevelContext, useCanvasLevel } from "../../editor/canvas/level.ts";
import { classNames } from "../../ui/class-names.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { useScreen, useShown } from "../screen/use-screen.tsx";
import { drawnGraph } from "./drawn-graph.ts";
import { neighbour } from "./neighbour.ts";
import { RunCard } from "./run-card.tsx";
import { RunContainer, RunNote } from "./run-container.tsx";
import { RunEdge } from "./run-edge.tsx";
import "./run-graph.css";

const nodeTypes = { card: RunCard, container: RunContainer, note: RunNote };
const edgeTypes = { flow: RunEdge };
/** The smooth way of d3 loses the view, all of it NaN, where the middle moves by a millionth of a pixel. */
const interpolate = "linear";
const fitting = { padding: 0.1, maxZoom: 1, interpolate } as const;
/** Below this the whole graph says too little, and the canvas follows what works instead. */
const readable = 0.5;

/** The workflow as it runs: the drawing of the run's own version, each node in its state. */
export function RunGraph() {
  return (
    <ReactFlowProvider>
      <Canvas />
    </ReactFlowProvider>
  );
}

function Canvas() {
  const screen = useScreen();
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const level = useCanvasLevel();
  // From further away not even the largest names would be ten pixels high.
  const far = useStore(({ transform: [, , zoom] }) => zoom < 0.335);
  const [{ nodes, edges }] = useState(() => drawnGraph(screen.plan.file));
  const [follows, setFollows] = useState(true);
  const frame = useRef<HTMLElement>(null);
  useFollowing(frame, follows);

  async function reveal(id: string): Promise<void> {
    const zoom = flow.getZoom();
    await flow.fitView({ nodes: [{ id }], minZoom: zoom, maxZoom: zoom });
    // What was out of view is drawn with the next frame only.
    requestAnimationFrame(() =>
      frame.current?.querySelector<HTMLElement>(`[data-node="${id}"]`)?.focus({ preventScroll: true }),
    );
  }

  /** Arrows go along the edges, as eyes do. */
  const keys = (event: KeyboardEvent): void => {
    const from =
      event.target instanceof Element ? event.target.closest("[data-node]")?.getAttribute("data-node") : null;
    if (from === null || from === undefined) return;
    const next = neighbour(nodes, edges, from, event.key);
    if (next === null) return;
    event.preventDefault();
    screen.chooseNode(next);
    setFollows(false);
    void reveal(next);
  };

  return (
    <section ref={frame} aria-label="Graph" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div
        role="presentation"
        className="editor-canvas run-graph relative min-h-0 flex-1"
        data-tool="hand"
        data-far={far}
        onKeyDown={keys}
      >
        <LevelContext value={level}>
          <ReactFlow<FlowNode, FlowEdge>
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            edgeTypes={edgeTypes}
            onNodeClick={(_event, { id, type }) => type !== "note" && screen.chooseNode(id)}
            onMoveStart={(event) => event !== null && setFollows(false)}
            fitView
            fitViewOptions={fitting}
            minZoom={0.05}
            maxZoom={2}
            onlyRenderVisibleElements
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            panOnScroll
            zoomOnDoubleClick={false}
            deleteKeyCode={null}
            disableKeyboardA11y
            attributionPosition="bottom-left"
          >
            <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
            <Controls follows={follows} onFollow={setFollows} />
          </ReactFlow>
        </LevelContext>
      </div>
    </section>
  );
}

/** Keeps in view what matters: all of it where that can be read, else what works now. Ends when a person moves the canvas. */
function useFollowing(frame: { current: HTMLElement | null }, follows: boolean): void {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const busy = useShown(({ graph }) => {
    const ids: string[] = [];
    for (const [id, { step }] of graph.nodes) {
      if (step !== null && step.progress === null && ["running", "waiting", "queued"].includes(step.status))
        ids.push(id);
    }
    return ids.join(" ");
  });
  const whole = useRef(false);
  /** All of it in view and readable: then there is nothing to go after. */
  const goAfter = useEffectEvent((): void => {
    if (whole.current || busy === "") return;
    const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 180;
    const nodes = busy.split(" ").map((id) => ({ id }));
    void flow.fitView({ ...fitting, maxZoom: 0.85, nodes, duration });
  });
  useEffect(() => {
    const element = frame.current;
    if (!follows || element === null) return;
    const fit = async (): Promise<void> => {
      await flow.fitView(fitting);
      whole.current = flow.getZoom() >= readable;
      goAfter();
    };
    const observer = new ResizeObserver(() => void fit());
    observer.observe(element);
    return () => observer.disconnect();
  }, [flow, frame, follows]);
  useEffect(() => {
    if (follows && busy !== "") goAfter();
  }, [follows, busy]);
}

function Controls({ follows, onFollow }: { follows: boolean; onFollow(follows: boolean): void }) {
  const flow = useReactFlow();
  const zoom = useStore(({ transform }) => Math.round(transform[2] * 100));
  const by = (factor: number): void => {
    onFollow(false);
    void flow.zoomTo(flow.getZoom() * factor, { duration: 120, interpolate });
  };
  return (
    <Panel position="bottom-right" className="!m-2">
      <div className="flex items-center gap-0.5 rounded-lg border border-line bg-raised p-0.5">
        <IconButton label="Zoom out" className="size-6" icon={<Minus aria-hidden />} onClick={() => by(1 / 1.25)} />
        <span className="figures w-10 text-center text-2xs text-subtle">{zoom} %</span>
        <IconButton label="Zoom in" className="size-6" icon={<Plus aria-hidden />} onClick={() => by(1.25)} />
        <IconButton
          label="Show the whole graph"
          className="size-6"
          icon={<Maximize aria-hidden />}
          onClick={() => {
            onFollow(false);
            void flow.fitView({ ...fitting, duration: 120 });
          }}
        />
        <IconButton
          label="Follow what works"
          aria-pressed={follows}
          className={classNames("size-6", follows && "bg-selected text-ink")}
          icon={<Locate aria-hidden />}
          onClick={() => onFollow(!follows)}
        />
      </div>
    </Panel>
  );
}
