import type { Json } from "../../../engine/json.ts";
import type { PortType, Ports } from "../../../engine/workflow/definition.ts";
import type { WorkflowEdge, WorkflowFile, WorkflowNode } from "../../../engine/workflow/file.ts";
import { nodePorts } from "../../../engine/workflow/graph.ts";
import { isContainer } from "../../../engine/workflow/scopes.ts";
import type { NodeDefinition } from "../../../nodes/define-node.ts";
import { definitionsByType } from "../../../nodes/catalog/definitions.ts";
import { asWritten } from "../../ui/as-written.ts";

/** What a drawn file means, asked again at every drawing: so answers are kept by the identity of what they were asked of. */
const nodesById = new WeakMap<readonly WorkflowNode[], Map<string, WorkflowNode>>();
const childrenOf = new WeakMap<readonly WorkflowNode[], Map<string, WorkflowNode[]>>();
const edgesFrom = new WeakMap<readonly WorkflowEdge[], Map<string, WorkflowEdge[]>>();
const edgesTo = new WeakMap<readonly WorkflowEdge[], Map<string, WorkflowEdge[]>>();
const portsOfNode = new WeakMap<WorkflowNode, Ports>();

export function definitionOf(node: { type: string }): NodeDefinition | undefined {
  return definitionsByType.get(node.type);
}

/** The nodes of a file by id. */
export function nodesOf(file: WorkflowFile): ReadonlyMap<string, WorkflowNode> {
  return kept(nodesById, file.nodes, () => new Map(file.nodes.map((node) => [node.id, node])));
}

/** What stands directly inside a container; "" for the graph itself. */
export function childrenIn(file: WorkflowFile, container: string): readonly WorkflowNode[] {
  return kept(childrenOf, file.nodes, () => grouped(file.nodes, (node) => node.parentId ?? "")).get(container) ?? [];
}

export function outgoing(file: WorkflowFile, id: string): readonly WorkflowEdge[] {
  return kept(edgesFrom, file.edges, () => grouped(file.edges, (edge) => edge.source)).get(id) ?? [];
}

export function incoming(file: WorkflowFile, id: string): readonly WorkflowEdge[] {
  return kept(edgesTo, file.edges, () => grouped(file.edges, (edge) => edge.target)).get(id) ?? [];
}

/** The ports of a node. One whose settings do not parse has those of a new node, so that it stays joined while it is mended. */
export function portsOf(node: WorkflowNode): Ports {
  return kept(portsOfNode, node, () => {
    const definition = definitionOf(node);
    if (definition === undefined) return { inputs: [], outputs: [], taken: "all" };
    const parsed = definition.config.safeParse(node.config);
    const config = parsed.success ? parsed.data : definition.initialConfig;
    return nodePorts(definition, node, config as Record<string, Json>);
  });
}

export function isContainerNode(node: { type: string }): boolean {
  const definition = definitionOf(node);
  return definition !== undefined && isContainer(definition.behaviour);
}

/** The node itself and all that stands inside of it, at any depth, outermost first. */
export function withInsides(file: WorkflowFile, ids: Iterable<string>): Set<string> {
  const found = new Set(ids);
  for (const id of found) for (const child of childrenIn(file, id)) found.add(child.id);
  return found;
}

/** The containers around a node, innermost first. */
export function containersOf(file: WorkflowFile, id: string): string[] {
  const found: string[] = [];
  let parent = nodesOf(file).get(id)?.parentId ?? null;
  while (parent !== null && !found.includes(parent)) {
    found.push(parent);
    parent = nodesOf(file).get(parent)?.parentId ?? null;
  }
  return found;
}

/** Ids of the nodes from which edges lead to this one, however far, within its own container. */
export function upstream(file: WorkflowFile, id: string): Set<string> {
  return reach(id, (each) => incoming(file, each).map((edge) => edge.source));
}

/** Ids of the nodes to which edges lead from this one, however far. */
export function downstream(file: WorkflowFile, id: string): Set<string> {
  return reach(id, (each) => outgoing(file, each).map((edge) => edge.target));
}

function reach(id: string, next: (id: string) => string[]): Set<string> {
  const found = new Set<string>();
  const waiting = next(id);
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    if (found.has(each)) continue;
    found.add(each);
    waiting.push(...next(each));
  }
  return found;
}

/** Whether an edge is taken when something failed: its port says so. */
export function isErrorEdge(file: WorkflowFile, edge: Pick<WorkflowEdge, "source" | "sourcePort">): boolean {
  const source = nodesOf(file).get(edge.source);
  const port =
    source === undefined ? undefined : portsOf(source).outputs.find((output) => output.name === edge.sourcePort);
  return port?.kind === "error";
}

export interface Joint {
  source: string;
  sourcePort: string;
  target: string;
  targetPort: string;
}

/** Why two ports cannot be joined, in words for the person who draws; null when they can. */
export function connectFault(file: WorkflowFile, joint: Joint): string | null {
  const source = nodesOf(file).get(joint.source);
  const target = nodesOf(file).get(joint.target);
  if (source === undefined || target === undefined) return "One of the two is not there any more.";
  if (source === target) return "A step cannot wait for itself. To repeat it, put it into a loop.";
  if (source.parentId !== target.parentId) {
    return "These stand in different containers. What a container needs from outside it can simply reference.";
  }
  const output = portsOf(source).outputs.find((port) => port.name === joint.sourcePort);
  const input = portsOf(target).inputs.find((port) => port.name === joint.targetPort);
  if (output === undefined || input === undefined) return "Join an output to an input.";
  if (!fits(output.type, input.type)) return `This gives ${output.type}, and that takes ${input.type}.`;
  const same = outgoing(file, joint.source).some(
    (edge) =>
      edge.target === joint.target && edge.sourcePort === joint.sourcePort && edge.targetPort === joint.targetPort,
  );
  if (same) return "These two are joined already.";
  if (downstream(file, joint.target).has(joint.source)) {
    return "That would make a circle. To repeat steps, put them into a loop.";
  }
  return null;
}

export function fits(output: PortType, input: PortType): boolean {
  return output === "any" || input === "any" || output === input;
}

/** What people call a node: its name, else what its type is called; a note by what it says. */
export function nameOf(node: WorkflowNode): string {
  const text = definitionOf(node)?.behaviour === "note" ? node.config["text"] : undefined;
  if (typeof text === "string" && text.trim() !== "") return asWritten(text.trim().slice(0, 80));
  return node.name !== undefined && node.name !== "" ? asWritten(node.name) : (definitionOf(node)?.title ?? node.type);
}

/** The quiet line on a card. Written by the definition for a config that parsed; a broken one must not take the page down. */
export function summaryOf(node: WorkflowNode): string {
  const definition = definitionOf(node);
  if (definition === undefined) return `Unknown type "${node.type}"`;
  const parsed = definition.config.safeParse(node.config);
  if (!parsed.success) return "Needs settings";
  return definition.summary(parsed.data as Record<string, Json>).slice(0, 200);
}

function kept<Key extends object, Value>(answers: WeakMap<Key, Value>, key: Key, ask: () => Value): Value {
  const known = answers.get(key);
  if (known !== undefined) return known;
  const value = ask();
  answers.set(key, value);
  return value;
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
