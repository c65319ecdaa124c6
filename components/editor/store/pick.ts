import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import type { NodeDefinition } from "../../../nodes/define-node.ts";
import { definitions, definitionsByType } from "../../../nodes/catalog/definitions.ts";
import { addNode, connect, insertOnEdge, keepPorts } from "./edits.ts";
import { absoluteOf, cardWidth, containerAt, insideFrom, type Point, sizeOf } from "./geometry.ts";
import { connectFault, definitionOf, fits, nodesOf, outgoing, portsOf } from "./graph.ts";
import type { PickPurpose } from "./view-store.ts";

const beside = 80;

/** The node types that make sense for a purpose, in the order of the palette. */
export function typesFor(file: WorkflowFile, purpose: PickPurpose): NodeDefinition[] {
  const hasStart = file.nodes.some((node) => node.type === "start");
  return definitions.filter((definition: NodeDefinition) => {
    const entry = definition.behaviour === "entry";
    const ports = definition.ports(definition.initialConfig);
    switch (purpose.kind) {
      case "add":
        return !entry || !hasStart;
      case "place":
        return !entry || (!hasStart && containerAt(file, purpose.at) === null);
      case "edge":
        return ports.inputs.length > 0 && ports.outputs.length > 0;
      case "line":
        return purpose.from.side === "source"
          ? ports.inputs.some((port) => fits(typeOf(file, purpose.from), port.type))
          : ports.outputs.some((port) => fits(port.type, typeOf(file, purpose.from))) && (!entry || !hasStart);
      case "replace":
        return !entry && definition.type !== nodesOf(file).get(purpose.node)?.type;
      case "connect":
        return false;
    }
  });
}

function typeOf(file: WorkflowFile, from: { node: string; port: string; side: "source" | "target" }) {
  const node = nodesOf(file).get(from.node);
  if (node === undefined) return "any" as const;
  const ports = from.side === "source" ? portsOf(node).outputs : portsOf(node).inputs;
  return ports.find((port) => port.name === from.port)?.type ?? ("any" as const);
}

/** Nodes that `from` can be joined to, with the port that would be used. */
export function targetsOf(file: WorkflowFile, from: string): { id: string; sourcePort: string; targetPort: string }[] {
  const source = nodesOf(file).get(from);
  if (source === undefined) return [];
  const free = portsOf(source).outputs.toSorted((a, b) => uses(file, from, a.name) - uses(file, from, b.name));
  return file.nodes.flatMap((node) => {
    for (const output of free) {
      for (const input of portsOf(node).inputs) {
        const joint = { source: from, sourcePort: output.name, target: node.id, targetPort: input.name };
        if (connectFault(file, joint) === null)
          return [{ id: node.id, sourcePort: output.name, targetPort: input.name }];
      }
    }
    return [];
  });
}

function uses(file: WorkflowFile, node: string, port: string): number {
  return outgoing(file, node).filter((edge) => edge.sourcePort === port).length;
}

/** Adds a node of a type as the purpose asks: at its place, joined to what it was picked for. */
export function addPicked(
  file: WorkflowFile,
  type: string,
  purpose: PickPurpose,
  around: { chosen: string | null; middle: Point },
): { file: WorkflowFile; id: string } {
  switch (purpose.kind) {
    case "edge":
      return addOnEdge(file, type, purpose.edge);
    case "line":
      return addAtLine(file, type, purpose);
    case "place":
      return addAt(file, type, purpose.at);
    case "replace":
      return { file: replaceType(file, purpose.node, type), id: purpose.node };
    case "add":
    case "connect": {
      const chosen = around.chosen === null ? undefined : nodesOf(file).get(around.chosen);
      if (chosen === undefined || definitionOf(chosen)?.behaviour === "note") return addAt(file, type, around.middle);
      return addAfter(file, type, chosen.id);
    }
  }
}

function addAt(file: WorkflowFile, type: string, at: Point): { file: WorkflowFile; id: string } {
  const entry = definitionsByType.get(type)?.behaviour === "entry";
  const parentId = entry ? null : containerAt(file, at);
  return addNode(file, { type, parentId, position: within(file, parentId, { x: at.x - cardWidth / 2, y: at.y - 28 }) });
}

/** A point of the canvas as a position inside a container. */
function within(file: WorkflowFile, parentId: string | null, at: Point): Point {
  if (parentId === null) return at;
  const origin = absoluteOf(file, parentId);
  return { x: Math.max(insideFrom.x, at.x - origin.x), y: Math.max(insideFrom.y, at.y - origin.y) };
}

function addAfter(file: WorkflowFile, type: string, after: string): { file: WorkflowFile; id: string } {
  const chosen = nodesOf(file).get(after);
  if (chosen === undefined) throw new Error(`There is no node "${after}".`);
  const position = { x: chosen.position.x + sizeOf(file, chosen).width + beside, y: chosen.position.y };
  const made = addNode(file, { type, parentId: chosen.parentId, position });
  const target = targetsOf(made.file, after).find(({ id }) => id === made.id);
  if (target === undefined) return made;
  const { sourcePort, targetPort } = target;
  return { id: made.id, file: connect({ source: after, sourcePort, target: made.id, targetPort })(made.file) };
}

function addOnEdge(file: WorkflowFile, type: string, edgeId: string): { file: WorkflowFile; id: string } {
  const edge = file.edges.find((each) => each.id === edgeId);
  const source = nodesOf(file).get(edge?.source ?? "");
  const target = nodesOf(file).get(edge?.target ?? "");
  if (source === undefined || target === undefined) throw new Error(`There is no edge "${edgeId}".`);
  const from = source.position.x + sizeOf(file, source).width;
  const position = {
    x: (from + target.position.x) / 2 - cardWidth / 2,
    y: (source.position.y + target.position.y) / 2,
  };
  const roomy = makeRoom(file, edgeId, source.id, target.id);
  const at = roomy === file ? position : { x: from + beside, y: target.position.y };
  const made = addNode(roomy, { type, parentId: source.parentId, position: at });
  return { id: made.id, file: insertOnEdge(edgeId, made.id)(made.file) };
}

/** Where two nodes stand too near for a third, the second and all that follows it step aside. */
function makeRoom(file: WorkflowFile, _edge: string, source: string, target: string): WorkflowFile {
  const first = nodesOf(file).get(source);
  const second = nodesOf(file).get(target);
  if (first === undefined || second === undefined) return file;
  const gap = second.position.x - first.position.x - sizeOf(file, first).width;
  const needed = cardWidth + 2 * beside - gap;
  if (needed <= beside) return file;
  const aside = new Set([target]);
  for (const id of aside) for (const edge of outgoing(file, id)) aside.add(edge.target);
  return {
    ...file,
    nodes: file.nodes.map((node) =>
      aside.has(node.id) ? { ...node, position: { x: node.position.x + needed, y: node.position.y } } : node,
    ),
  };
}

function addAtLine(
  file: WorkflowFile,
  type: string,
  { at, from }: Extract<PickPurpose, { kind: "line" }>,
): { file: WorkflowFile; id: string } {
  const end = nodesOf(file).get(from.node);
  if (end === undefined) return addAt(file, type, at);
  const origin = end.parentId === null ? { x: 0, y: 0 } : absoluteOf(file, end.parentId);
  const left = from.side === "source" ? at.x : at.x - cardWidth;
  const position = { x: left - origin.x, y: at.y - origin.y - 28 };
  const inside =
    end.parentId === null ? position : { x: Math.max(insideFrom.x, position.x), y: Math.max(insideFrom.y, position.y) };
  const made = addNode(file, { type, parentId: end.parentId, position: inside });
  const node = nodesOf(made.file).get(made.id);
  if (node === undefined) return made;
  const ports = portsOf(node);
  const joint =
    from.side === "source"
      ? { source: from.node, sourcePort: from.port, target: made.id, targetPort: ports.inputs[0]?.name ?? "in" }
      : { source: made.id, sourcePort: ports.outputs[0]?.name ?? "out", target: from.node, targetPort: from.port };
  return { id: made.id, file: connect(joint)(made.file) };
}

/** Another type in a node's place: id, name, position and the edges that still have their ports stay. */
function replaceType(file: WorkflowFile, id: string, type: string): WorkflowFile {
  const before = nodesOf(file).get(id);
  const definition = definitionsByType.get(type);
  if (before === undefined || definition === undefined) return file;
  const titled = before.name === definitionOf(before)?.title ? definition.title : before.name;
  const { size: _size, ...rest } = before;
  const after = {
    ...rest,
    type,
    config: structuredClone(definition.initialConfig),
    ...(titled === undefined ? {} : { name: titled }),
  };
  const next = { ...file, nodes: file.nodes.map((node) => (node.id === id ? after : node)) };
  const inputs = portsOf(after).inputs.map((port) => port.name);
  const joined = {
    ...next,
    edges: next.edges.filter((edge) => edge.target !== id || inputs.includes(edge.targetPort)),
  };
  const [first] = portsOf(after).outputs;
  if (first === undefined) return keepPorts(joined, before, after);
  // The way on leads out of the first port of the new type, whatever it was called before.
  const names = portsOf(after).outputs.map((port) => port.name);
  return {
    ...joined,
    edges: joined.edges.map((edge) =>
      edge.source === id && !names.includes(edge.sourcePort) ? { ...edge, sourcePort: first.name } : edge,
    ),
  };
}
