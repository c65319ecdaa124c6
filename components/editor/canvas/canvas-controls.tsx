"use client";

import { Panel, useStore } from "@xyflow/react";
import { Hand, LayoutDashboard, Maximize, Minus, MousePointer2, Plus } from "lucide-react";
import { IconButton } from "../../ui/icon-button.tsx";
import { useEditor, useView } from "../editor-context.tsx";

/** Tools, zoom and layout, in the lower middle of the canvas. */
export function CanvasControls() {
  const { actions, view, mayWrite } = useEditor();
  const tool = useView((state) => state.tool);
  const zoom = useStore(({ transform }) => Math.round(transform[2] * 100));
  return (
    <Panel position="bottom-center">
      <div className="flex items-center gap-0.5 rounded-lg border border-line bg-raised p-1 shadow-raised">
        <IconButton
          label="Select and move"
          shortcut="V"
          aria-pressed={tool === "select"}
          className={tool === "select" ? "bg-selected text-ink" : ""}
          icon={<MousePointer2 aria-hidden />}
          onClick={() => view.setState({ tool: "select" })}
        />
        <IconButton
          label="Move the canvas"
          shortcut="H"
          aria-pressed={tool === "hand"}
          className={tool === "hand" ? "bg-selected text-ink" : ""}
          icon={<Hand aria-hidden />}
          onClick={() => view.setState({ tool: "hand" })}
        />
        <span aria-hidden className="mx-1 h-4 w-px bg-line" />
        <IconButton
          label="Zoom out"
          shortcut="−"
          icon={<Minus aria-hidden />}
          onClick={() => actions.canvas?.zoomBy(1 / 1.25)}
        />
        <button
          type="button"
          aria-label={`Zoom is ${zoom} %. Set it to 100 %`}
          onClick={() => actions.canvas?.zoomTo(1)}
          className="figures h-7 w-12 rounded-md text-muted hover:bg-hover hover:text-ink"
        >
          {zoom} %
        </button>
        <IconButton
          label="Zoom in"
          shortcut="+"
          icon={<Plus aria-hidden />}
          onClick={() => actions.canvas?.zoomBy(1.25)}
        />
        <IconButton
          label="Show everything"
          shortcut="1"
          icon={<Maximize aria-hidden />}
          onClick={() => actions.canvas?.fit()}
        />
        {mayWrite && (
          <IconButton
            label="Tidy up"
            shortcut="⇧L"
            icon={<LayoutDashboard aria-hidden />}
            onClick={() => actions.tidy()}
          />
        )}
      </div>
    </Panel>
  );
}
