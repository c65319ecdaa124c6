import { isJsonObject, type Json } from "../json.ts";
import { isCallbackWait } from "../run/callbacks.ts";
import type { PlacedReference } from "./compile-template.ts";
import { type Graph, type GraphNode, problem } from "./graph.ts";
import type { Problem } from "./plan.ts";
import { repeatedFor } from "./each-region.ts";
import { isDecidedBefore, type Soundness } from "./soundness.ts";

/** Checks that what a node's config reads is there on every path that leads to it. */
export function checkReferences(
  graph: Graph,
  soundness: Soundness,
  each: GraphNode,
  references: PlacedReference[],
  place: (string | number)[] = ["config"],
): Problem[] {
  const problems: Problem[] = [];
  for (const reference of references) {
    const fault = referenceFault(graph, soundness, each, reference);
    if (fault === null) continue;
    problems.push({
      ...problem(
        "reference",
        { node: each.node.id, path: ["nodes", each.index, ...place, ...reference.path] },
        `${each.node.id}: {{ ${reference.source} }}: ${fault.message}`,
        fault.fix,
        fault.witness ?? [],
      ),
      severity: fault.warning === true ? "warning" : "error",
    });
  }
  return problems;
}

interface Fault {
  message: string;
  fix: string;
  witness?: string[];
  warning?: boolean;
}

function referenceFault(graph: Graph, soundness: Soundness, each: GraphNode, reference: PlacedReference): Fault | null {
  if (graph.compensators.has(each.node.id)) return compensatorFault(graph, each, reference);
  switch (reference.root) {
    case "input":
      return inputFault(graph.file.input, reference);
    case "vars":
      return variableFault(graph, each, reference);
    case "loop":
      return inLoop(graph, each)
        ? null
        : {
            message: '"loop" is known only inside a loop.',
            fix: "Move the node into a loop, or read a step's outputs.",
          };
    case "error":
      return each.incoming.some((edge) => edge.sourcePort === "error") || reference.guarded
        ? null
        : {
            message: '"error" is known only behind an error port.',
            fix: "Draw an edge to this node from an error port.",
          };
    case "run":
      return reference.member === "callbacks" ? callbackFault(graph, each, reference) : null;
    case "in":
      return null;
    default:
      return stepFault(graph, soundness, each, reference);
  }
}

function inputFault(schema: Record<string, Json>, { member, guarded }: PlacedReference): Fault | null {
  const properties = schema["properties"];
  if (member === null || guarded || !isJsonObject(properties) || member in properties) return null;
  const known = Object.keys(properties).join(", ") || "none";
  return {
    message: `the input has no field "${member}".`,
    fix: `Add it to the start node's form, or use one of: ${known}.`,
    warning: schema["additionalProperties"] !== false,
  };
}

/** A node that undoes another runs when all else is over: it knows what it undoes, and what never goes away. */
function compensatorFault(graph: Graph, each: GraphNode, reference: PlacedReference): Fault | null {
  const { root } = reference;
  if (root === "input") return inputFault(graph.file.input, reference);
  if (root === "vars") return variableFault(graph, each, reference);
  if (["run", "in", "loop", "error"].includes(root)) return null;
  const undone = [...graph.nodes.values()].filter(({ node }) => node.compensatedBy === each.node.id);
  if (undone.some(({ node }) => node.id === root)) return null;
  if (reference.guarded && graph.nodes.get(root)?.scope === "") return null;
  return {
    message: `${each.node.id} undoes ${undone.map(({ node }) => node.id).join(", ")} and can read nothing of ${root} then.`,
    fix: "Read in.value (what the undone step gave), input, vars or run.",
  };
}

function variableFault(graph: Graph, each: GraphNode, { member }: PlacedReference): Fault | null {
  if (member === null) return null;
  const declared = graph.file.variables.find((variable) => variable.name === member);
  if (declared?.readers !== undefined && !declared.readers.includes(each.node.id)) {
    return {
      message: `the variable "${member}" is not granted to ${each.node.id}.`,
      fix: `Add ${each.node.id} to the variable's readers, or do without it.`,
    };
  }
  if (declared !== undefined) return null;
  const known = graph.file.variables.map((variable) => variable.name).join(", ") || "none";
  return {
    message: `there is no variable "${member}".`,
    fix: `Declare it in the workflow's variables, or use one of: ${known}.`,
  };
}

/** Only the address of a wait that this node can see has one place in the run. */
function callbackFault(graph: Graph, each: GraphNode, { property }: PlacedReference): Fault | null {
  const waits = [...graph.nodes.values()].filter(
    ({ behaviour, config, scope }) =>
      isCallbackWait({ behaviour: behaviour.behaviour, config }) && standIn(graph, each, scope) !== null,
  );
  const known = waits.map(({ node }) => node.id);
  if (known.length > 0 && (property === null || known.includes(property))) return null;
  const what = property === null ? "no wait for a call" : `no wait for a call named "${property}"`;
  return {
    message: `there is ${what} here or around this node.`,
    fix: known.length === 0 ? "Add a Wait that waits for a call of its address." : `Use one of: ${known.join(", ")}.`,
  };
}

function inLoop(graph: Graph, each: GraphNode): boolean {
  for (let scope = each.scope; scope !== ""; scope = graph.nodes.get(scope)?.scope ?? "") {
    if (graph.nodes.get(scope)?.behaviour.behaviour === "loop") return true;
  }
  // A loop's own settings are read before its first iteration; its condition is checked with `loop` in scope.
  return each.behaviour.behaviour === "loop";
}

function stepFault(graph: Graph, soundness: Soundness, each: GraphNode, reference: PlacedReference): Fault | null {
  const target = graph.nodes.get(reference.root);
  if (target === undefined) {
    const near = nearest(reference.root, [...graph.nodes.keys(), "input", "vars", "run", "loop"]);
    const hint = near === null ? "Use the id of a node, input, vars, run or loop." : `Did you mean "${near}"?`;
    return { message: `there is nothing called "${reference.root}".`, fix: hint };
  }
  if (reference.member !== null && !["outputs", "status", "error"].includes(reference.member)) {
    return {
      message: `a step has outputs, status and error, not "${reference.member}".`,
      fix: `Write ${reference.root}.outputs.${reference.member}.`,
    };
  }
  const standing = standIn(graph, each, target.scope);
  if (standing === null) {
    return {
      message: `${reference.root} stands inside ${target.scope}, which this node is not in.`,
      fix: `Read ${target.scope}.outputs instead.`,
    };
  }
  const repeated = repeatedFor(graph, target.node.id).find((id) => !repeatedFor(graph, standing).includes(id));
  if (repeated !== undefined) {
    return {
      message: `${reference.root} runs once for each way that leads to ${repeated}, so it has no single result here.`,
      fix: "Read in.all, the outputs of everything that came in.",
    };
  }
  if (standing === reference.root || !isDecidedBefore(soundness, standing, reference.root)) {
    if (reference.guarded && standing !== reference.root) return null;
    return {
      message: `${reference.root} is not certain to be done before ${each.node.id} starts.`,
      fix: `Draw an edge that leads from ${reference.root} to ${each.node.id} (joining on all), or write a fallback: {{ ${reference.source} ?? … }}.`,
    };
  }
  if (reference.guarded) return null;
  const { choices } = soundness;
  const there = [reference.root, ...reference.alternatives]
    .map((root) => soundness.completes.get(root) ?? 0)
    .reduce((a, b) => choices.or(a, b));
  const missed = choices.without(soundness.runs.get(standing) ?? 0, there);
  const witness = choices.witness(missed);
  if (witness === null) return null;
  return {
    message: `${reference.root} has no result when ${witness.map((choice) => choice.replace(":", " takes ")).join(", ")}.`,
    fix: `Write a fallback: {{ ${reference.source} ?? … }}, or join so that this node runs only after ${reference.root}.`,
    witness,
  };
}

/** The node of `scope` that this node is, or is inside of: what it must wait for there. Null when it is not in that scope. */
function standIn(graph: Graph, each: GraphNode, scope: string): string | null {
  let current: GraphNode | undefined = each;
  while (current !== undefined) {
    if (current.scope === scope) return current.node.id;
    current = graph.nodes.get(current.scope);
  }
  return null;
}

function nearest(name: string, candidates: string[]): string | null {
  let best: { candidate: string; distance: number } | null = null;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.ceil(candidate.length / 3) && (best === null || distance < best.distance)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate ?? null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
