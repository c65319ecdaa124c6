import { Choices } from "./choices.ts";
import type { WorkflowEdge } from "./file.ts";
import { type Graph, type GraphNode, problem } from "./graph.ts";
import type { PlanScope } from "./plan.ts";

/**
 * What must hold whenever a node runs, proved over all choices a run can make.
 * `runs` and `completes` are formulas of `choices` relative to the node's own scope; `before` holds the nodes of the scope that are
 * decided for certain by the time the node starts, which is a question of time and so depends on joins, not on choices.
 */
export interface Soundness {
  choices: Choices;
  runs: Map<string, number>;
  completes: Map<string, number>;
  before: Map<string, Uint8Array>;
  /** Place of each node in such a row. */
  index: Map<string, number>;
  /** Topological order of each scope; a scope with a cycle has none. */
  order: Map<string, string[]>;
  /** The choice of each node that has one, and of each port that is taken or not by itself. */
  variables: Map<string, number>;
}

/** Formulas past this many cost more than they tell; the graph is then only checked for time, not for choices. */
const effortLimit = 200_000;

export function proveScopes(graph: Graph): Soundness {
  const soundness: Soundness = {
    choices: new Choices(),
    runs: new Map(),
    completes: new Map(),
    before: new Map(),
    index: new Map([...graph.nodes.keys()].map((id, index) => [id, index])),
    order: new Map(),
    variables: new Map(),
  };
  for (const scope of graph.scopes.values()) {
    const order = sortScope(graph, scope);
    if (order === null) continue;
    soundness.order.set(scope.id, order);
    for (const id of order) {
      const node = graph.nodes.get(id);
      if (node !== undefined) proveNode(graph, soundness, node);
    }
    checkScope(graph, soundness, scope);
  }
  return soundness;
}

/** Order in which every edge points forward; null (and a problem) where edges form a cycle. */
function sortScope(graph: Graph, scope: PlanScope): string[] | null {
  const waiting = new Map(scope.nodes.map((id) => [id, graph.nodes.get(id)?.incoming.length ?? 0]));
  const order = scope.roots.slice();
  for (let i = 0; i < order.length; i++) {
    for (const edge of graph.nodes.get(order[i] ?? "")?.outgoing ?? []) {
      const left = (waiting.get(edge.target) ?? 0) - 1;
      waiting.set(edge.target, left);
      if (left === 0) order.push(edge.target);
    }
  }
  if (order.length === scope.nodes.length) return order;
  const cycle = findCycle(graph, new Set(scope.nodes.filter((id) => !order.includes(id))));
  const node = cycle[0] ?? null;
  graph.problems.push(
    problem(
      "cycle",
      { node, path: node === null ? [] : ["nodes", graph.nodes.get(node)?.index ?? 0] },
      `These nodes wait for each other: ${cycle.join(" → ")}.`,
      "Remove one of the edges; to repeat steps, put them into a loop.",
      cycle,
    ),
  );
  return null;
}

function findCycle(graph: Graph, left: Set<string>): string[] {
  // Every node left over has a predecessor left over, so walking backwards must come round.
  const seen: string[] = [];
  let current = left.values().next().value;
  while (current !== undefined && !seen.includes(current)) {
    seen.push(current);
    current = graph.nodes.get(current)?.incoming.find((edge) => left.has(edge.source))?.source;
  }
  const cycle = current === undefined ? seen : seen.slice(seen.indexOf(current));
  return [...cycle.toReversed(), cycle.at(-1) ?? ""];
}

function proveNode(graph: Graph, soundness: Soundness, { node, ports, incoming }: GraphNode): void {
  const { choices } = soundness;
  const taken = incoming.map((edge) => edgeFormula(graph, soundness, edge));
  const needed = typeof node.join === "object" ? node.join.atLeast : 1;
  const exact = choices.size < effortLimit;
  const runs = incoming.length === 0 || !exact ? Choices.always : choices.atLeast(needed, taken);
  soundness.runs.set(node.id, runs);
  soundness.before.set(node.id, decidedBefore(soundness, node.join, incoming));

  const normal = ports.outputs.filter((port) => port.kind !== "error" && port.kind !== "handler");
  const alternatives = ports.taken === "first" ? normal.map((port) => port.name) : [];
  if (node.onError === "port") alternatives.push("error");
  if (node.onError === "skip" || node.onError === "escalate") alternatives.push("(failed)");
  for (const handler of node.on) {
    if (interrupts(handler)) alternatives.push(`(${handler.port ?? "interrupted"})`);
    else if (handler.port !== undefined) declareTaken(soundness, node.id, handler.port);
  }
  if (ports.taken !== "first" && alternatives.length > 0) alternatives.unshift("(completed)");
  if (ports.taken === "every") {
    for (const port of normal) declareTaken(soundness, node.id, port.name);
  }
  if (alternatives.length === 0) {
    soundness.completes.set(node.id, runs);
    return;
  }
  const variable = choices.declare(node.id, alternatives);
  soundness.variables.set(node.id, variable);
  soundness.completes.set(
    node.id,
    choices.and(
      runs,
      choices.is(variable, (port) => port !== "error" && (port === "(completed)" || !port.startsWith("("))),
    ),
  );
}

/** One that completes a loop cuts it short and lets it give what it has. */
function interrupts(handler: GraphNode["node"]["on"][number]): boolean {
  return handler.interrupt && !handler.close;
}

/** A port that is taken or not by itself. */
function declareTaken(soundness: Soundness, node: string, port: string): void {
  const name = key(node, port);
  if (!soundness.variables.has(name))
    soundness.variables.set(name, soundness.choices.declare(name, ["taken", "skipped"]));
}

function key(node: string, port: string): string {
  return `${node}.${port}`;
}

function edgeFormula(graph: Graph, soundness: Soundness, edge: WorkflowEdge): number {
  const source = graph.nodes.get(edge.source);
  if (source === undefined) return Choices.never;
  const { choices } = soundness;
  const runs = soundness.runs.get(edge.source) ?? Choices.never;
  const completes = soundness.completes.get(edge.source) ?? runs;
  if (edge.sourcePort === "error" && source.node.onError === "port") {
    return choices.and(
      runs,
      choices.is(soundness.variables.get(edge.source) ?? 0, (port) => port === "error"),
    );
  }
  const handler = source.node.on.find(({ port }) => port === edge.sourcePort);
  if (handler !== undefined) {
    const variable =
      soundness.variables.get(interrupts(handler) ? edge.source : key(edge.source, edge.sourcePort)) ?? 0;
    return choices.and(
      runs,
      choices.is(variable, (port) => port === (interrupts(handler) ? `(${edge.sourcePort})` : "taken")),
    );
  }
  if (source.ports.taken === "first") {
    return choices.and(
      runs,
      choices.is(soundness.variables.get(edge.source) ?? 0, (port) => port === edge.sourcePort),
    );
  }
  const own = soundness.variables.get(key(edge.source, edge.sourcePort));
  if (source.ports.taken === "every" && own !== undefined)
    return choices.and(
      completes,
      choices.is(own, (port) => port === "taken"),
    );
  return completes;
}

/**
 * A node is decided before this one starts when enough of the edges that had to be resolved lie behind it. Rows of bytes, one for each
 * node of the graph: sets of ids would cost seconds in a chain of a thousand.
 */
function decidedBefore(soundness: Soundness, join: GraphNode["node"]["join"], incoming: WorkflowEdge[]): Uint8Array {
  const needed = join === "all" ? incoming.length : typeof join === "object" ? join.atLeast : 1;
  const enough = incoming.length - needed + 1;
  const counts = new Uint16Array(soundness.index.size);
  for (const edge of incoming) {
    const behind = soundness.before.get(edge.source);
    const own = soundness.index.get(edge.source);
    if (behind !== undefined) for (let i = 0; i < behind.length; i++) counts[i] = (counts[i] ?? 0) + (behind[i] ?? 0);
    if (own !== undefined && behind?.[own] !== 1) counts[own] = (counts[own] ?? 0) + 1;
  }
  const row = new Uint8Array(counts.length);
  for (let i = 0; i < row.length; i++) row[i] = incoming.length > 0 && (counts[i] ?? 0) >= enough ? 1 : 0;
  return row;
}

/** Whether `id` is decided for certain by the time `node` starts; both stand in one scope. */
export function isDecidedBefore(soundness: Soundness, node: string, id: string): boolean {
  const at = soundness.index.get(id);
  return at !== undefined && soundness.before.get(node)?.[at] === 1;
}

function checkScope(graph: Graph, soundness: Soundness, scope: PlanScope): void {
  const members = scope.nodes.map((id) => graph.nodes.get(id)).filter((each) => each !== undefined);
  if (members.length === 0 && scope.id !== "") {
    const path = ["nodes", graph.nodes.get(scope.id)?.index ?? 0];
    graph.problems.push(
      problem("empty", { node: scope.id, path }, `${scope.id} has nothing inside.`, "Put at least one node into it."),
    );
  }
  const entries = members.filter((each) => each.behaviour.behaviour === "entry");
  for (const each of members) {
    const { node, index, incoming } = each;
    const at = { node: node.id, path: ["nodes", index] };
    if (typeof node.join === "object" && node.join.atLeast > incoming.length) {
      graph.problems.push(
        problem(
          "join",
          { node: node.id, path: ["nodes", index, "join"] },
          `${node.id} waits for ${node.join.atLeast} of its edges, but has ${incoming.length}.`,
          "Lower the number or add edges.",
        ),
      );
    } else if (soundness.runs.get(node.id) === Choices.never) {
      graph.problems.push(
        problem(
          "join",
          at,
          `${node.id} can never run: the ways that lead to it exclude each other.`,
          "Let it join on fewer edges, or change the branches before it.",
          incoming.map((edge) => `${edge.source}:${edge.sourcePort}`),
        ),
      );
    }
    if (scope.id === "" && entries.length > 0 && incoming.length === 0 && each.behaviour.behaviour !== "entry") {
      graph.problems.push(
        problem(
          "unreachable",
          at,
          `Nothing leads to ${node.id}.`,
          "Draw an edge to it from the step it follows, or delete it.",
        ),
      );
    }
    if (scope.id !== "" && each.behaviour.behaviour === "entry") {
      graph.problems.push(
        problem(
          "parent",
          at,
          `${node.id} starts a workflow and cannot stand inside ${scope.id}.`,
          "Move it out of the container.",
        ),
      );
    }
  }
  if (scope.id === "") checkOutputs(graph, soundness, members);
}

function checkOutputs(graph: Graph, soundness: Soundness, members: GraphNode[]): void {
  const outputs = members.filter((each) => each.behaviour.behaviour === "output");
  outputs.forEach((first, at) => {
    for (const second of outputs.slice(at + 1)) {
      const both = soundness.choices.and(
        soundness.runs.get(first.node.id) ?? 0,
        soundness.runs.get(second.node.id) ?? 0,
      );
      const witness = soundness.choices.witness(both);
      if (witness === null) continue;
      graph.problems.push(
        problem(
          "output",
          { node: second.node.id, path: ["nodes", second.index] },
          `${first.node.id} and ${second.node.id} can both give the run's output.`,
          "Keep one output node, or put them on branches that exclude each other.",
          witness,
        ),
      );
    }
  });
}
