import type { Json } from "../json.ts";
import { configFault } from "./config-fault.ts";
import type { Catalogue, NodeBehaviour, Port, Ports } from "./definition.ts";
import { fileLimits, type WorkflowEdge, type WorkflowFile, type WorkflowNode } from "./file.ts";
import type { PlanScope, Problem } from "./plan.ts";
import { buildScopes, isContainer } from "./scopes.ts";

/** The file as a graph that can be reasoned about: every id resolved, every config parsed. */
export interface Graph {
  file: WorkflowFile;
  nodes: Map<string, GraphNode>;
  scopes: Map<string, PlanScope>;
  problems: Problem[];
  /** Nodes that only undo others. */
  compensators: Set<string>;
}

export interface GraphNode {
  node: WorkflowNode;
  index: number;
  behaviour: NodeBehaviour;
  config: Record<string, Json>;
  ports: Ports;
  scope: string;
  incoming: WorkflowEdge[];
  outgoing: WorkflowEdge[];
}

export function problem(
  code: Problem["code"],
  where: { node?: string | null; path?: (string | number)[] },
  message: string,
  fix: string,
  witness: string[] = [],
): Problem {
  return { code, severity: "error", node: where.node ?? null, path: where.path ?? [], message, fix, witness };
}

export const errorPort = { name: "error", label: "On error", type: "object", kind: "error" } as const;

/** Resolves types, parents and edges, and tells all that does not fit together. */
export function buildGraph(file: WorkflowFile, catalogue: Catalogue): Graph {
  const graph: Graph = { file, nodes: new Map(), scopes: new Map(), problems: [], compensators: new Set() };
  for (const node of file.nodes) if (node.compensatedBy !== undefined) graph.compensators.add(node.compensatedBy);
  file.nodes.forEach((node, index) => addNode(graph, node, index, catalogue));
  if (file.nodes.length === 0) {
    graph.problems.push(
      problem("empty", { path: ["nodes"] }, "The workflow has no nodes.", "Add a start node and what follows it."),
    );
  }
  checkParents(graph);
  addEdges(graph);
  buildScopes(graph);
  return graph;
}

function addNode(graph: Graph, node: WorkflowNode, index: number, catalogue: Catalogue): void {
  const path = ["nodes", index];
  if (graph.nodes.has(node.id)) {
    graph.problems.push(
      problem(
        "duplicate-id",
        { node: node.id, path: [...path, "id"] },
        `Two nodes have the id "${node.id}".`,
        "Give each node its own id.",
      ),
    );
    return;
  }
  const behaviour = catalogue.get(node.type);
  if (behaviour === undefined) {
    const known = [...catalogue.keys()].join(", ");
    graph.problems.push(
      problem(
        "unknown-type",
        { node: node.id, path: [...path, "type"] },
        `There is no node type "${node.type}".`,
        `Use one of: ${known}.`,
      ),
    );
    return;
  }
  const parsed = behaviour.config.safeParse(node.config);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const at = issue.path.filter((part) => typeof part !== "symbol");
      const { message, fix } = configFault(issue, node.config);
      graph.problems.push(
        problem("config", { node: node.id, path: [...path, "config", ...at] }, `${node.id}: ${message}`, fix),
      );
    }
    return;
  }
  const config = parsed.data as Record<string, Json>;
  for (const fault of behaviour.check?.(node, config, graph.file) ?? []) {
    graph.problems.push(
      problem("config", { node: node.id, path: [...path, ...fault.path] }, `${node.id}: ${fault.message}`, fault.fix),
    );
  }
  const kind = behaviour.behaviourOf?.(config) ?? behaviour.behaviour;
  // What goes wrong inside a `try` is what its error port is for.
  const resolved = kind === "try" ? { ...node, onError: "port" as const } : node;
  graph.nodes.set(node.id, {
    node: resolved,
    index,
    behaviour: kind === behaviour.behaviour ? behaviour : { ...behaviour, behaviour: kind },
    config,
    ports: nodePorts(behaviour, resolved, config),
    scope: node.parentId ?? "",
    incoming: [],
    outgoing: [],
  });
}

/** All ports of a node: those of its type, its error port and those that its handlers name. What an editor draws. */
export function nodePorts(
  behaviour: NodeBehaviour,
  node: Pick<WorkflowNode, "onError" | "on">,
  config: Record<string, Json>,
): Ports {
  const ports = behaviour.ports(config);
  const known = new Set(ports.outputs.map((port) => port.name));
  const more: Port[] = [];
  if ((node.onError === "port" || behaviour.behaviour === "try") && !known.has("error")) more.push(errorPort);
  for (const { port } of node.on) {
    if (port === undefined || known.has(port) || more.some(({ name }) => name === port)) continue;
    more.push({ name: port, label: port, type: "any", kind: "handler" });
  }
  return more.length === 0 ? ports : { ...ports, outputs: [...ports.outputs, ...more] };
}

function checkParents(graph: Graph): void {
  for (const { node, index } of graph.nodes.values()) {
    const path = ["nodes", index, "parentId"];
    const seen = new Set<string>([node.id]);
    let parent = node.parentId;
    while (parent !== null) {
      const container = graph.nodes.get(parent);
      const failed =
        container === undefined
          ? "does not exist"
          : isContainer(container.behaviour.behaviour)
            ? null
            : "is not a container";
      if (failed !== null) {
        graph.problems.push(
          problem(
            "parent",
            { node: node.id, path },
            `${node.id}: its parent "${parent}" ${failed}.`,
            "Put the node into a container (loop, parallel, try), or into the graph.",
          ),
        );
        break;
      }
      if (seen.has(parent)) {
        graph.problems.push(
          problem(
            "parent",
            { node: node.id, path },
            `${node.id} is inside itself.`,
            "Move one of the containers out of the other.",
            [...seen, parent],
          ),
        );
        break;
      }
      seen.add(parent);
      if (seen.size > fileLimits.nestingDepth) {
        graph.problems.push(
          problem(
            "parent",
            { node: node.id, path },
            `${node.id} is nested deeper than ${fileLimits.nestingDepth} levels.`,
            "Use fewer containers inside each other.",
          ),
        );
        break;
      }
      parent = container?.node.parentId ?? null;
    }
  }
}

function addEdges(graph: Graph): void {
  const ids = new Set<string>();
  graph.file.edges.forEach((edge, index) => {
    const fault = edgeFault(graph, edge, ids);
    ids.add(edge.id);
    if (fault !== null) {
      graph.problems.push(
        problem(fault.code, { node: fault.node, path: ["edges", index, ...fault.field] }, fault.message, fault.fix),
      );
      return;
    }
    graph.nodes.get(edge.source)?.outgoing.push(edge);
    graph.nodes.get(edge.target)?.incoming.push(edge);
  });
}

interface EdgeFault {
  code: "edge" | "port" | "type" | "duplicate-id";
  node: string | null;
  field: string[];
  message: string;
  fix: string;
}

function edgeFault(graph: Graph, edge: WorkflowEdge, ids: Set<string>): EdgeFault | null {
  const name = `Edge ${edge.id}`;
  if (ids.has(edge.id)) {
    return {
      code: "duplicate-id",
      node: null,
      field: ["id"],
      message: `Two edges have the id "${edge.id}".`,
      fix: "Give each edge its own id.",
    };
  }
  const source = graph.nodes.get(edge.source);
  const target = graph.nodes.get(edge.target);
  if (source === undefined || target === undefined) {
    const [missing, field] = source === undefined ? [edge.source, "source"] : [edge.target, "target"];
    if (graph.file.nodes.some((node) => node.id === missing)) return null; // told already at the node itself
    return {
      code: "edge",
      node: null,
      field: [field],
      message: `${name}: there is no node "${missing}".`,
      fix: "Remove the edge or add the node.",
    };
  }
  if (source.scope !== target.scope) {
    return {
      code: "edge",
      node: edge.target,
      field: [],
      message: `${name} joins ${edge.source} and ${edge.target}, which stand in different containers.`,
      fix: "Join nodes of the same container; what a container needs from outside it may simply reference.",
    };
  }
  const output = source.ports.outputs.find((port) => port.name === edge.sourcePort);
  if (output === undefined) {
    const known = source.ports.outputs.map((port) => port.name).join(", ") || "none";
    const hint = edge.sourcePort === "error" ? ' An "error" port is there once "On error" is set to "port".' : "";
    return {
      code: "port",
      node: edge.source,
      field: ["sourcePort"],
      message: `${name}: ${edge.source} has no output port "${edge.sourcePort}".`,
      fix: `Use one of: ${known}.${hint}`,
    };
  }
  const input = target.ports.inputs.find((port) => port.name === edge.targetPort);
  if (input === undefined) {
    const known = target.ports.inputs.map((port) => port.name).join(", ") || "none";
    return {
      code: "port",
      node: edge.target,
      field: ["targetPort"],
      message: `${name}: ${edge.target} has no input port "${edge.targetPort}".`,
      fix: `Use one of: ${known}.`,
    };
  }
  if (output.type !== "any" && input.type !== "any" && output.type !== input.type) {
    return {
      code: "type",
      node: edge.target,
      field: [],
      message: `${name} brings ${output.type} where ${edge.target} takes ${input.type}.`,
      fix: "Put a transform between the two.",
    };
  }
  return null;
}
