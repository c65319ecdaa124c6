import type { WorkflowEdge, WorkflowFile, WorkflowNode } from "../../../engine/workflow/file.ts";
import { definitionOf, nameOf, nodesOf } from "./graph.ts";

const mostTold = 24;
/** Letters of a value that are shown, and how many of them stand before the first that differs. */
const excerpt = { letters: 140, before: 24 };

/** One thing in which two versions of a draft differ, as each has it. */
export interface Difference {
  id: string;
  /** What it is: a step, a setting of it, or something of the workflow. */
  what: string;
  /** Null where that version has none. */
  mine: string | null;
  theirs: string | null;
}

export interface Comparison {
  differences: Difference[];
  /** How many more there are than are told. */
  more: number;
}

/** How two versions of a draft differ, beside each other. Places on the canvas are no difference. */
export function compareFiles(mine: WorkflowFile, theirs: WorkflowFile): Comparison {
  const all = [...ofSteps(mine, theirs), ...ofWorkflow(mine, theirs)];
  return { differences: all.slice(0, mostTold), more: Math.max(0, all.length - mostTold) };
}

function* ofSteps(mine: WorkflowFile, theirs: WorkflowFile): Generator<Difference> {
  for (const node of mine.nodes) {
    const other = nodesOf(theirs).get(node.id);
    if (other !== undefined) yield* ofStep(node, other);
    else yield { id: node.id, what: `Step “${nameOf(node)}”`, mine: typeWords(node), theirs: null };
  }
  for (const node of theirs.nodes) {
    if (nodesOf(mine).has(node.id)) continue;
    yield { id: node.id, what: `Step “${nameOf(node)}”`, mine: null, theirs: typeWords(node) };
  }
}

function* ofStep(mine: WorkflowNode, theirs: WorkflowNode): Generator<Difference> {
  const fields = { mine: fieldsOf(mine), theirs: fieldsOf(theirs) };
  for (const field of new Set([...Object.keys(fields.mine), ...Object.keys(fields.theirs)])) {
    const [one, other] = [fields.mine[field], fields.theirs[field]];
    if (same(one, other)) continue;
    yield {
      id: `${mine.id}.${field}`,
      what: `${nameOf(mine)}: ${field.replace("config.", "")}`,
      ...(field === "name" ? { mine: nameOf(mine), theirs: nameOf(theirs) } : excerpts(one, other)),
    };
  }
}

/** What a step is but for its place on the canvas; its settings under their own names. */
function fieldsOf({
  id: _id,
  position: _position,
  size: _size,
  config,
  ...rest
}: WorkflowNode): Record<string, unknown> {
  return { ...rest, ...Object.fromEntries(Object.entries(config).map(([name, value]) => [`config.${name}`, value])) };
}

function* ofWorkflow(mine: WorkflowFile, theirs: WorkflowFile): Generator<Difference> {
  if (mine.name !== theirs.name) yield { id: "name", what: "Name", mine: mine.name, theirs: theirs.name };
  if (!same(mine.edges, theirs.edges)) {
    yield { id: "edges", what: "Connections", mine: onlyIn(mine, theirs), theirs: onlyIn(theirs, mine) };
  }
  for (const part of ["description", "input", "variables", "settings"] as const) {
    if (same(mine[part], theirs[part])) continue;
    yield { id: part, what: `Workflow: ${part}`, ...excerpts(mine[part], theirs[part]) };
  }
}

/** The connections that only one of two versions has. */
function onlyIn(file: WorkflowFile, other: WorkflowFile): string {
  const there = new Set(other.edges.map(endsOf));
  return `${file.edges.length}, of them ${file.edges.filter((edge) => !there.has(endsOf(edge))).length} only here`;
}

function endsOf({ source, sourcePort, target, targetPort }: WorkflowEdge): string {
  return `${source}.${sourcePort} ${target}.${targetPort}`;
}

function typeWords(node: WorkflowNode): string {
  return definitionOf(node)?.title ?? node.type;
}

/** Two values from where they begin to differ: of a long text the change is shown, and not its unchanged beginning. */
function excerpts(mine: unknown, theirs: unknown): Pick<Difference, "mine" | "theirs"> {
  const [one, other] = [textOf(mine), textOf(theirs)];
  const from = Math.max(0, firstDifference(one ?? "", other ?? "") - excerpt.before);
  const cut = (text: string | null) =>
    text === null
      ? null
      : `${from > 0 ? "…" : ""}${text.slice(from, from + excerpt.letters)}${text.length > from + excerpt.letters ? "…" : ""}`;
  return { mine: cut(one), theirs: cut(other) };
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(sorted(value));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** With fields in one order, so that the order in which they were written is no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
