"use client";

import { Layers } from "lucide-react";
import { useEffect } from "react";
import { Button } from "../../ui/button.tsx";
import { Tabs, TabPanel } from "../../ui/tabs.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { NodeInspector } from "../inspector/node-inspector.tsx";
import type { Panel } from "../store/editor-store.ts";
import { nodesOf } from "../store/graph.ts";
import { inspectorWidths } from "../store/view-store.ts";
import { ProblemList } from "./problem-list.tsx";
import { VersionList } from "./version-list.tsx";
import { WorkflowSettings } from "./workflow-settings.tsx";

const panels: readonly Panel[] = ["node", "workflow", "problems", "versions"];
const keptWidth = "baton-inspector-width";

/** The right side: the chosen step, the workflow, its problems, its versions. */
export function SidePanel() {
  const { editor, view } = useEditor();
  const panel = useEditorState((state) => state.panel);
  const problems = useEditorState((state) => state.problems.length);
  const width = useView((state) => state.inspectorWidth);
  useEffect(() => {
    const kept = Number(localStorage.getItem(keptWidth));
    if (kept >= inspectorWidths.least && kept <= inspectorWidths.most) view.setState({ inspectorWidth: kept });
  }, [view]);
  return (
    <aside aria-label="Settings" className="relative flex shrink-0 flex-col border-l bg-surface" style={{ width }}>
      <WidthHandle />
      <Tabs
        label="What is shown at the side"
        className="flex-1"
        value={panel}
        onValueChange={(next) => editor.show(panels.find((each) => each === next) ?? "workflow")}
        tabs={[
          { value: "node", label: "Step" },
          { value: "workflow", label: "Workflow" },
          { value: "problems", label: "Problems", count: problems === 0 ? undefined : problems },
          { value: "versions", label: "Versions" },
        ]}
      >
        <TabPanel value="node" className="flex flex-col">
          <ChosenNode />
        </TabPanel>
        <TabPanel value="workflow" className="flex flex-col">
          <WorkflowSettings />
        </TabPanel>
        <TabPanel value="problems" className="flex flex-col">
          <ProblemList />
        </TabPanel>
        <TabPanel value="versions" className="flex flex-col">
          <VersionList />
        </TabPanel>
      </Tabs>
    </aside>
  );
}

function ChosenNode() {
  const { actions, mayWrite } = useEditor();
  const file = useEditorState((state) => state.file);
  const selection = useEditorState((state) => state.selection);
  const [first] = selection;
  const node = selection.size === 1 ? nodesOf(file).get(first ?? "") : undefined;
  if (node !== undefined) return <NodeInspector key={node.id} node={node} />;
  if (selection.size > 1) {
    return (
      <div className="grid gap-3 p-4">
        <p className="flex items-center gap-2 text-sm font-medium">
          <Layers aria-hidden className="size-4 text-subtle" /> {selection.size} steps are chosen
        </p>
        {mayWrite && (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => actions.wrap("loop")}>Put into a loop</Button>
            <Button onClick={() => actions.wrap("parallel")}>Put into a parallel</Button>
            <Button onClick={() => actions.duplicate()}>Duplicate</Button>
            <Button onClick={() => actions.tidy()}>Tidy up</Button>
            <Button tone="quiet-danger" onClick={() => actions.remove()}>
              Delete
            </Button>
          </div>
        )}
      </div>
    );
  }
  return <p className="p-4 text-sm text-muted">Choose a step to see and change what it does.</p>;
}

/** The edge by which the panel is made wider: with the mouse, or with the arrow keys. */
function WidthHandle() {
  const { view } = useEditor();
  const width = useView((state) => state.inspectorWidth);
  function set(next: number) {
    const fitting = Math.round(Math.min(inspectorWidths.most, Math.max(inspectorWidths.least, next)));
    view.setState({ inspectorWidth: fitting });
    localStorage.setItem(keptWidth, String(fitting));
  }
  return (
    <div
      role="separator"
      aria-label="Width of the panel"
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={inspectorWidths.least}
      aria-valuemax={inspectorWidths.most}
      tabIndex={0}
      className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize hover:bg-accent/30 focus-visible:bg-accent/30"
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        set(width + (event.key === "ArrowLeft" ? 32 : -32));
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) set(window.innerWidth - event.clientX);
      }}
    />
  );
}
