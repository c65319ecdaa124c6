import type { WorkflowFileInput } from "../workflow/file.ts";

type NodeInput = WorkflowFileInput["nodes"][number];
type EdgeInput = NonNullable<WorkflowFileInput["edges"]>[number];

interface Drawing {
  random: () => number;
  nodes: NodeInput[];
  edges: EdgeInput[];
  /** Nodes by place in the file: edges lead from earlier to later ones only, so that no cycle comes about. */
  place: Map<string, number>;
}

/**
 * Adds, at random, all that decides a run by time: handlers, limits, joins on each, cancelled ways, early ends, events, escalations,
 * sub-workflows and rollback. What such a run comes to depends on who was first, so it is held to what must always be true.
 */
export function enrichWorkflow(random: () => number, file: WorkflowFileInput): WorkflowFileInput {
  const nodes = file.nodes.map((node) => ({ ...node, config: { ...node.config } }));
  const edges = [...(file.edges ?? [])];
  const drawing: Drawing = { random, nodes, edges, place: new Map(nodes.map((node, index) => [node.id, index])) };
  for (const node of nodes.slice(0, file.nodes.length)) enrichNode(drawing, node);
  const onFailure = random() < 0.4 ? "rollback" : file.settings?.onFailure;
  return { ...file, settings: { ...file.settings, onFailure }, nodes, edges };
}

const lasting = new Set(["task", "gate", "pause", "loop", "parallel", "try", "call"]);

function enrichNode(drawing: Drawing, node: NodeInput): void {
  const { random, edges } = drawing;
  const incoming = edges.filter((edge) => edge.target === node.id).length;
  if (node.type === "task" && random() < 0.15) node.type = "call";
  else if (node.type === "calc" && random() < 0.2) becomeEvent(drawing, node);
  if (incoming > 1 && random() < 0.25) node.join = "each";
  else if (incoming > 1 && node.join !== undefined && node.join !== "all" && random() < 0.5) node.cancelOthers = true;
  if (node.type === "task" && random() < 0.15) node.onError = "escalate";
  if (["task", "gate"].includes(node.type) && random() < 0.3) node.limit = { key: "desk", max: 2 };
  if (node.type === "loop") enrichLoop(drawing, node);
  if (lasting.has(node.type) && random() < 0.3) addHandlers(drawing, node);
  if (node.type === "task" && random() < 0.4) compensate(drawing, node);
  if (["loop", "parallel", "try"].includes(node.type) && random() < 0.5) addEnding(drawing, node);
}

function becomeEvent({ random }: Drawing, node: NodeInput): void {
  const event = random() < 0.5 ? "ping" : "pong";
  if (random() < 0.5) {
    node.type = "emit";
    node.config = { event };
  } else {
    node.type = "pause";
    node.config = { event, keep: random() < 0.5 };
  }
}

function enrichLoop({ random }: Drawing, node: NodeInput): void {
  if (node.config?.["while"] !== undefined) return;
  const cancelOthers = random() < 0.5;
  const rule = random();
  if (rule < 0.4) node.config = { ...node.config, completion: { atLeast: 1 + Math.floor(random() * 3), cancelOthers } };
  else if (rule < 0.6) node.config = { ...node.config, completion: { when: "{{ loop.done >= 2 }}", cancelOthers } };
  if (random() < 0.3) {
    node.config = { ...node.config, items: ["x"], open: true };
    node.on = [
      { event: "ping", append: random() < 0.5, close: true },
      { after: 5_000, interrupt: true },
    ];
  }
}

function addHandlers(drawing: Drawing, node: NodeInput): void {
  const { random } = drawing;
  const on = [...(node.on ?? [])];
  if (random() < 0.5) on.push({ after: Math.floor(random() * 100), interrupt: random() < 0.4, port: "late" });
  if (random() < 0.5) on.push({ event: "pong", interrupt: random() < 0.4, keep: random() < 0.5, port: "heard" });
  node.on = on;
  for (const { port } of on) if (port !== undefined) leadOn(drawing, node, port);
}

/** Draws an edge from a port to some later node of the same scope, if there is one. */
function leadOn({ random, nodes, edges, place }: Drawing, node: NodeInput, port: string): void {
  const later = nodes.filter(
    (each) =>
      (each.parentId ?? null) === (node.parentId ?? null) && (place.get(each.id) ?? 0) > (place.get(node.id) ?? 0),
  );
  const target = later[Math.floor(random() * later.length)];
  if (target !== undefined)
    edges.push({ id: `r${edges.length}`, source: node.id, sourcePort: port, target: target.id });
}

function compensate({ nodes }: Drawing, node: NodeInput): void {
  const id = `${node.id}undo`;
  nodes.push({ id, type: "task", parentId: node.parentId ?? null, retry: { maxAttempts: 2, delayMs: 10 } });
  node.compensatedBy = id;
}

/** A step inside the container that ends it, its loop or its iteration early. */
function addEnding({ random, nodes, edges }: Drawing, container: NodeInput): void {
  const members = nodes.filter((each) => each.parentId === container.id && each.id.endsWith("undo") === false);
  const source = members[Math.floor(random() * members.length)];
  if (source === undefined) return;
  const types = container.type === "loop" ? ["break", "continue", "finish"] : ["finish"];
  const id = `${container.id}over`;
  nodes.push({ id, type: types[Math.floor(random() * types.length)] ?? "finish", parentId: container.id });
  const port = source.type === "choose" || source.type === "gate" ? "yes" : "out";
  if (!["break", "continue", "finish"].includes(source.type))
    edges.push({ id: `r${edges.length}`, source: source.id, sourcePort: port, target: id });
}
