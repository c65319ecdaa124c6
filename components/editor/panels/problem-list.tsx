"use client";

import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import type { Problem } from "../../../engine/workflow/plan.ts";
import { classNames } from "../../ui/class-names.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { useEditor, useEditorState } from "../editor-context.tsx";
import { nameOf, nodesOf } from "../store/graph.ts";

/** What keeps the workflow from running, worst first. A click goes to the node and the field. */
export function ProblemList() {
  const { editor, actions } = useEditor();
  const file = useEditorState((state) => state.file);
  const problems = useEditorState((state) => state.problems);
  if (problems.length === 0) {
    return (
      <EmptyState
        icon={CircleCheck}
        title="Nothing stands in the way"
        description="The workflow compiles: every step can be reached, and everything it reads is there when it runs."
      />
    );
  }
  const sorted = problems.toSorted((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
  function open(problem: Problem) {
    if (problem.node === null || !nodesOf(file).has(problem.node)) {
      const edge = problem.path[0] === "edges" ? file.edges[Number(problem.path[1])] : undefined;
      if (edge !== undefined) editor.select([], [edge.id]);
      else editor.show("workflow");
      return;
    }
    editor.goTo(problem.node, problem.path[0] === "nodes" ? problem.path.slice(2) : []);
    actions.canvas?.fit([problem.node]);
  }
  return (
    <ul className="min-h-0 flex-1 overflow-y-auto p-1.5" aria-label="Problems">
      {sorted.map((problem, index) => (
        <li key={index}>
          <button
            type="button"
            onClick={() => open(problem)}
            className="flex w-full items-start gap-2 rounded-md px-2 py-2 text-left hover:bg-hover"
          >
            <ProblemMark severity={problem.severity} />
            <span className="grid min-w-0 flex-1 gap-0.5">
              <span className="text-xs font-medium" dir="auto">
                {placeOf(file, problem)}
              </span>
              <span className="text-xs break-words">{wordsOf(problem)}</span>
              <span className="text-xs break-words text-subtle">{problem.fix}</span>
              {problem.witness.length > 0 && (
                <span className="text-2xs break-words text-subtle">Seen by way of {problem.witness.join(" → ")}</span>
              )}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The message without the id of its step, whose name stands above. */
function wordsOf({ node, message }: Problem): string {
  const words = node !== null && message.startsWith(`${node}: `) ? message.slice(node.length + 2) : message;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function placeOf(file: WorkflowFile, problem: Problem): string {
  const node = problem.node === null ? undefined : nodesOf(file).get(problem.node);
  return node === undefined ? "The workflow" : nameOf(node);
}

export function ProblemMark({ severity }: { severity: Problem["severity"] }) {
  const Icon = severity === "error" ? CircleAlert : TriangleAlert;
  return (
    <Icon
      aria-label={severity === "error" ? "Problem" : "Warning"}
      className={classNames("mt-0.5 size-4 shrink-0", severity === "error" ? "text-failed" : "text-waiting")}
    />
  );
}
