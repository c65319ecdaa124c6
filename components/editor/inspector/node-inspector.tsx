"use client";

import { useEffect, useMemo, useRef } from "react";
import type { Json } from "../../../engine/json.ts";
import type { WorkflowNode } from "../../../engine/workflow/file.ts";
import { SegmentedControl } from "../../ui/segmented-control.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { sampleScope, scopeOf } from "../expression/scope.ts";
import { useLastRun } from "../run/use-live.ts";
import { changeNode, setConfig } from "../store/edits.ts";
import { definitionOf, isContainerNode } from "../store/graph.ts";
import { type Column, inspectorWidths } from "../store/view-store.ts";
import { ObjectFields } from "./config-fields.tsx";
import { formOf } from "./form-model.ts";
import { InputPanel } from "./input-panel.tsx";
import { type Insertion, InspectorProvider } from "./inspector-context.tsx";
import { NodeHeader } from "./node-header.tsx";
import { OutputPanel } from "./output-panel.tsx";
import { StepSettings } from "./step-settings.tsx";
import { VariantFields } from "./variant-fields.tsx";

/** A node: what comes in, its settings, what goes out. */
export function NodeInspector({ node }: { node: WorkflowNode }) {
  const { mayWrite, view } = useEditor();
  const file = useEditorState((state) => state.file);
  const problems = useEditorState((state) => state.problems);
  const run = useLastRun();
  const wide = useView((state) => state.inspectorWidth) >= inspectorWidths.columnsFrom;
  const column = useView((state) => state.column);
  const setColumn = (next: Column) => view.setState({ column: next });
  const target = useRef<Insertion | null>(null);
  const body = useRef<HTMLDivElement>(null);
  useFocusedField(node.id, body, () => setColumn("settings"));

  const value = useMemo(
    () => ({
      nodeId: node.id,
      scope: scopeOf(file, node.id, run),
      samples: sampleScope(file, node.id, run),
      problems,
      index: file.nodes.indexOf(node),
      readOnly: !mayWrite,
      ObjectFields,
      setTarget: (next: Insertion) => {
        target.current = next;
      },
    }),
    [file, node, run, problems, mayWrite],
  );

  const panels: Record<Column, React.ReactNode> = {
    input: <InputPanel onPick={(path) => target.current?.insert(path)} />,
    settings: <Settings node={node} />,
    output: <OutputPanel node={node} />,
  };
  return (
    <InspectorProvider value={value}>
      <NodeHeader node={node} />
      {!wide && (
        <div className="border-b px-3 py-2">
          <SegmentedControl
            label="What is shown of the step"
            value={column}
            onValueChange={setColumn}
            options={[
              { value: "input", label: "Input", hint: "What this step can read" },
              { value: "settings", label: "Settings", hint: "What this step does" },
              { value: "output", label: "Output", hint: "What it gave in the last run" },
            ]}
            className="grid w-full grid-cols-3 [&>*]:justify-center"
          />
        </div>
      )}
      <div
        ref={body}
        className={wide ? "grid min-h-0 flex-1 grid-cols-[1fr_1.5fr_1fr] divide-x" : "flex min-h-0 flex-1"}
      >
        {(["input", "settings", "output"] as const).map((each) => (
          // Kept mounted, so that the field that takes what is clicked in the input is still there.
          <section
            key={each}
            aria-label={each === "input" ? "Input" : each === "settings" ? "Settings" : "Output"}
            hidden={!wide && column !== each}
            className="min-h-0 min-w-0 flex-1 overflow-y-auto p-3"
          >
            {panels[each]}
          </section>
        ))}
      </div>
    </InspectorProvider>
  );
}

/** Puts the cursor into the field that somebody jumped to, once it is drawn. */
function useFocusedField(nodeId: string, body: React.RefObject<HTMLDivElement | null>, open: () => void): void {
  const focus = useEditorState((state) => state.focus);
  const done = useRef(0);
  useEffect(() => {
    if (focus === null || focus.node !== nodeId || focus.ticket === done.current) return;
    done.current = focus.ticket;
    open();
    requestAnimationFrame(() => {
      for (let length = focus.path.length; length > 0; length--) {
        const field = body.current?.querySelector(
          `[data-field="${CSS.escape(focus.path.slice(0, length).join("."))}"]`,
        );
        if (field === null || field === undefined) continue;
        field.scrollIntoView({ block: "center" });
        field.querySelector<HTMLElement>("textarea, input, [role=combobox], [role=switch]")?.focus();
        return;
      }
    });
  });
}

function Settings({ node }: { node: WorkflowNode }) {
  const { editor } = useEditor();
  const definition = definitionOf(node);
  const shape = useMemo(() => (definition === undefined ? null : formOf(definition.config)), [definition]);
  if (definition === undefined) {
    return (
      <p className="text-sm text-muted">
        There is no node type “{node.type}” in this version of the product. Replace the node (R) or delete it.
      </p>
    );
  }
  const change = (config: Record<string, Json>) =>
    editor.apply(setConfig(node.id, config), { label: "Change settings", merge: `config:${node.id}` });
  const note = definition.behaviour === "note";
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p className="text-xs text-pretty text-subtle">{definition.description}</p>
      {shape?.kind === "object" && (
        <ObjectFields fields={shape.fields} value={node.config} path={["config"]} onChange={change} />
      )}
      {shape?.kind === "variants" && (
        <VariantFields shape={shape} value={node.config} path={["config"]} onChange={change} />
      )}
      {!note && definition.behaviour !== "entry" && (
        <StepSettings
          node={node}
          container={isContainerNode(node)}
          onChange={(patch) =>
            editor.apply(changeNode(node.id, patch), { label: "Change settings", merge: `step:${node.id}` })
          }
        />
      )}
      {definition.behaviour === "entry" && (
        <button
          type="button"
          onClick={() => {
            editor.select([]);
            editor.show("workflow");
          }}
          className="justify-self-start text-sm font-medium text-accent-text hover:underline"
        >
          Edit the form that starts a run
        </button>
      )}
    </div>
  );
}
