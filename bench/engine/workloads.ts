import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { chain } from "../product.ts";
import type { Graph, GraphNode } from "./interpreter.ts";

/** One graph in two tongues: as a workflow file for the product, and as a bare list for the minimal interpreters. */
export interface Workload {
  name: string;
  what: string;
  file: WorkflowFileInput;
  graph: Graph;
  /** Steps that a run counts, for figures a step. */
  steps: number;
  /** "rate": as many as go through, alone and with 50 in flight. "time": few slow runs, whose length is the figure. */
  measure: "rate" | "time";
  inFlight: number;
  /** Whether the run's output is what the graph must give. */
  isRight: (output: unknown) => boolean;
}

type Nodes = WorkflowFileInput["nodes"];

const sequence = (length: number): Graph => [
  { id: "start", needs: [], does: "start" },
  ...Array.from({ length }, (_, index): GraphNode => ({
    id: `t${index}`,
    needs: [index === 0 ? "start" : `t${index - 1}`],
    does: "add",
  })),
  { id: "done", needs: [`t${length - 1}`], does: "join" },
];

function sequential(name: string, what: string, length: number): Workload {
  return {
    name,
    what,
    file: chain(length),
    graph: sequence(length),
    steps: length + 2,
    measure: "rate",
    inFlight: 50,
    isRight: (output) => JSON.stringify(output).includes(String(length + 1)),
  };
}

function looping(times: number): Workload {
  return {
    name: "W2",
    what: `a loop over ${times} items`,
    file: {
      schemaVersion: 1,
      name: "W2",
      nodes: [
        { id: "start", type: "start" },
        { id: "each", type: "loop", config: { mode: "times", times } },
        { id: "twice", type: "transform", parentId: "each", config: { value: "{{ loop.index }}" } },
        { id: "done", type: "output", config: { value: { count: "{{ each.outputs.count }}" } } },
      ],
      edges: [
        { id: "e1", source: "start", target: "each" },
        { id: "e2", source: "each", target: "done" },
      ],
    },
    graph: [
      { id: "start", needs: [], does: "start" },
      { id: "each", needs: ["start"], does: "loop", times },
      { id: "done", needs: ["each"], does: "join" },
    ],
    steps: times + 3,
    measure: "rate",
    inFlight: 10,
    isRight: (output) => output !== null,
  };
}

/** `width` branches side by side, and a join. */
function fan(
  width: number,
  node: (id: string) => Nodes[number],
  does: GraphNode["does"],
  url?: string,
): Pick<Workload, "file" | "graph" | "steps"> {
  const ids = Array.from({ length: width }, (_, index) => `b${index}`);
  return {
    file: {
      schemaVersion: 1,
      name: `Fan-out of ${width}`,
      settings: { maxConcurrency: Math.max(10, width) },
      nodes: [
        { id: "start", type: "start" },
        ...ids.map(node),
        { id: "done", type: "output", config: { value: "{{ in.all }}" } },
      ],
      edges: ids.flatMap((id) => [
        { id: `to_${id}`, source: "start", target: id },
        { id: `from_${id}`, source: id, target: "done" },
      ]),
    },
    graph: [
      { id: "start", needs: [], does: "start" },
      ...ids.map((id): GraphNode => ({ id, needs: ["start"], does, ...(url === undefined ? {} : { url }) })),
      { id: "done", needs: ids, does: "join" },
    ],
    steps: width + 2,
  };
}

function slowFan(name: string, width: number, url: string): Workload {
  const call = (id: string): Nodes[number] => ({ id, type: "http", config: { url } });
  return {
    name,
    what: `${width} branches that wait 500 ms on HTTP`,
    ...fan(width, call, "call", url),
    measure: "time",
    inFlight: 1,
    isRight: (output) => output !== null,
  };
}

function agents(length: number): Workload {
  const ids = Array.from({ length }, (_, index) => `a${index}`);
  return {
    name: "W6",
    what: `100 runs at once of ${length} agent steps on the demo model`,
    file: {
      schemaVersion: 1,
      name: "W6",
      nodes: [
        { id: "start", type: "start" },
        ...ids.map((id): Nodes[number] => ({ id, type: "agent", config: { prompt: "Say yes.", maxTokens: 20 } })),
      ],
      edges: ids.map((id, index) => ({ id: `e${index}`, source: index === 0 ? "start" : `a${index - 1}`, target: id })),
    },
    graph: [
      { id: "start", needs: [], does: "start" },
      ...ids.map((id, index): GraphNode => ({ id, needs: [index === 0 ? "start" : `a${index - 1}`], does: "ask" })),
    ],
    steps: length + 1,
    measure: "time",
    inFlight: 100,
    isRight: () => true,
  };
}

function compute(id: string): Nodes[number] {
  return { id, type: "transform", config: { value: { n: "{{ input.n + 1 }}" } } };
}

/** Everything that is measured. @param slowUrl an address that answers after 500 ms */
export function allWorkloads(slowUrl: string): Workload[] {
  return [
    sequential("one", "one computing step", 1),
    sequential("W1", "10 computing steps", 10),
    looping(1_000),
    {
      ...sequential("W3", "10 branches and a join", 1),
      ...fan(10, compute, "add"),
      isRight: (output) => output !== null,
    },
    sequential("W4", "100 computing steps", 100),
    slowFan("W5", 10, slowUrl),
    slowFan("W5x100", 100, slowUrl),
    agents(50),
  ];
}
