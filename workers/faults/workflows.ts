import type { WorkflowFileInput } from "../../engine/workflow/file.ts";

type Node = WorkflowFileInput["nodes"][number];

function chain(nodes: Node[]): WorkflowFileInput["edges"] {
  return nodes.slice(1).map((node, index) => ({ id: `e${index}`, source: nodes[index]?.id ?? "", target: node.id }));
}

/**
 * Computing steps, two calls one after another, a loop that calls for each of four items two at a time, and the sum. Calls take `callMs`;
 * `others` names those that take another time. The first call is answered with so many letters as `wide`, which the output counts.
 */
export function callingWorkflow(
  recorderUrl: string,
  callMs: number,
  others: Record<string, number> = {},
  wide = 0,
): WorkflowFileInput {
  const call = (id: string, parentId: string | null = null): Node => ({
    id,
    type: "http",
    parentId,
    config: {
      method: "GET",
      url: `${recorderUrl}/${id}?ms=${others[id] ?? callMs}${id === "first" && wide > 0 ? `&wide=${wide}` : ""}`,
    },
  });
  const top: Node[] = [
    { id: "start", type: "start" },
    { id: "double", type: "transform", config: { value: "{{ input.n * 2 }}" } },
    call("first"),
    { id: "list", type: "transform", config: { value: "{{ [1, 2, 3, 4].map((n) => n * double.outputs) }}" } },
    { id: "each", type: "loop", config: { mode: "each", items: "{{ list.outputs }}", concurrency: 2 } },
    call("last"),
    {
      id: "out",
      type: "output",
      config: {
        value: {
          double: "{{ double.outputs }}",
          answers: "{{ each.outputs }}",
          ...(wide > 0 ? { wide: "{{ first.outputs.body.wide.length }}" } : {}),
        },
      },
    },
  ];
  return {
    schemaVersion: 1,
    name: "Calls",
    nodes: [...top, call("inner", "each")],
    edges: chain(top),
  };
}

/** A person decides in the middle. */
export function decidingWorkflow(recorderUrl: string, deadlineMs = 3_600_000): WorkflowFileInput {
  const nodes: Node[] = [
    { id: "start", type: "start" },
    { id: "ask", type: "approval", config: { title: "Go on?", deadlineMs } },
    { id: "act", type: "http", config: { method: "GET", url: `${recorderUrl}/act` } },
    { id: "out", type: "output", config: { value: "{{ ask.outputs.decision }}" } },
  ];
  return {
    schemaVersion: 1,
    name: "Decides",
    nodes,
    edges: [
      { id: "e0", source: "start", target: "ask" },
      { id: "e1", source: "ask", sourcePort: "approve", target: "act" },
      { id: "e2", source: "act", target: "out" },
    ],
  };
}

/** Nothing but turns: a list is doubled item by item. */
export function computingWorkflow(): WorkflowFileInput {
  const nodes: Node[] = [
    { id: "start", type: "start" },
    { id: "each", type: "loop", config: { mode: "each", items: "{{ input.items }}" } },
    { id: "out", type: "output", config: { value: "{{ each.outputs }}" } },
  ];
  return {
    schemaVersion: 1,
    name: "Computes",
    nodes: [...nodes, { id: "twice", type: "transform", parentId: "each", config: { value: "{{ loop.item * 2 }}" } }],
    edges: chain(nodes),
  };
}
