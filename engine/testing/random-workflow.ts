import type { WorkflowFileInput } from "../workflow/file.ts";

type NodeInput = WorkflowFileInput["nodes"][number];
type EdgeInput = NonNullable<WorkflowFileInput["edges"]>[number];

/** A workflow of up to about `size` nodes, drawn at random but well formed: edges point forward, containers hold something. */
export function randomWorkflow(random: () => number, size: number): WorkflowFileInput {
  const nodes: NodeInput[] = [{ id: "start", type: "start" }];
  const edges: EdgeInput[] = [];
  const budget = { left: size };
  fillScope(random, nodes, edges, null, budget, 0);
  return {
    schemaVersion: 1,
    name: "random",
    settings: { maxConcurrency: 1 + Math.floor(random() * 6), onFailure: random() < 0.5 ? "stop" : "finishOthers" },
    nodes,
    edges,
  };
}

function fillScope(
  random: () => number,
  nodes: NodeInput[],
  edges: EdgeInput[],
  parentId: string | null,
  budget: { left: number },
  depth: number,
): void {
  const members: NodeInput[] = parentId === null ? nodes.slice(0, 1) : [];
  const count = 1 + Math.floor(random() * Math.min(8, budget.left + 1));
  for (let i = 0; i < count; i++) {
    budget.left -= 1;
    const node = randomNode(random, `n${nodes.length}`, parentId, depth < 3 && budget.left > 0);
    nodes.push(node);
    const incoming = joinTo(random, node, members, edges, parentId === null);
    if (incoming > 1 && random() < 0.4)
      node.join = random() < 0.5 ? "any" : { atLeast: 1 + Math.floor(random() * incoming) };
    members.push(node);
    if (["loop", "parallel", "try"].includes(node.type)) fillScope(random, nodes, edges, node.id, budget, depth + 1);
  }
}

const types = ["task", "task", "task", "calc", "calc", "choose", "choose", "gate", "pause", "loop", "parallel", "try"];

function randomNode(random: () => number, id: string, parentId: string | null, mayContain: boolean): NodeInput {
  const drawn = types[Math.floor(random() * types.length)] ?? "task";
  const type = !mayContain && ["loop", "parallel", "try"].includes(drawn) ? "calc" : drawn;
  const node: NodeInput = { id, type, parentId, config: {} };
  const policy = random();
  if (["task", "loop", "parallel"].includes(type)) {
    node.onError = policy < 0.4 ? "fail" : policy < 0.6 ? "skip" : policy < 0.8 ? "port" : { value: "instead" };
  }
  if (type === "task" && random() < 0.2) node.limit = { key: "desk", max: 2 };
  if (type === "task") node.retry = { maxAttempts: 1 + Math.floor(random() * 2), delayMs: 10 };
  if (type === "loop") {
    node.config =
      random() < 0.3 ? { while: "{{ input.go }}", maxIterations: 50 } : { concurrency: 1 + Math.floor(random() * 3) };
    if (random() < 0.5) node.config["onItemError"] = "continue";
  }
  if (type === "parallel" && random() < 0.5) node.config = { onBranchError: "continue" };
  return node;
}

/** Draws edges from nodes that are there already; in the graph itself every node gets one at least. */
function joinTo(
  random: () => number,
  node: NodeInput,
  members: NodeInput[],
  edges: EdgeInput[],
  needsOne: boolean,
): number {
  const wanted = Math.floor(random() * 3) + (needsOne ? 1 : 0);
  const drawn = new Set<string>();
  for (let i = 0; i < wanted && members.length > 0; i++) {
    const source = members[Math.floor(random() * members.length)];
    if (source === undefined) continue;
    const port = outputPort(random, source);
    const key = `${source.id}.${port}`;
    if (drawn.has(key)) continue;
    drawn.add(key);
    edges.push({ id: `e${edges.length}`, source: source.id, sourcePort: port, target: node.id });
  }
  return drawn.size;
}

function outputPort(random: () => number, source: NodeInput): string {
  if (source.type === "choose" || source.type === "gate") return random() < 0.5 ? "yes" : "no";
  if (source.type === "try") return random() < 0.4 ? "error" : "out";
  return source.onError === "port" && random() < 0.4 ? "error" : "out";
}
