import { compile } from "../workflow/compile.ts";
import type { WorkflowFileInput } from "../workflow/file.ts";
import type { Plan, Problem } from "../workflow/plan.ts";
import { testCatalogue } from "./catalogue.ts";

/** Small workflow files and what the compiler says of them. */
export type Nodes = WorkflowFileInput["nodes"];
export type Edge = [source: string, target: string, port?: string];

export function workflow(nodes: Nodes, edges: Edge[], rest: Partial<WorkflowFileInput> = {}): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "test",
    nodes,
    edges: edges.map(([source, target, sourcePort], index) => ({
      id: `e${index}`,
      source,
      target,
      ...(sourcePort === undefined ? {} : { sourcePort }),
    })),
    ...rest,
  };
}

export function problems(source: unknown): Problem[] {
  return compile(source, testCatalogue).problems;
}

export function planOf(source: unknown): Plan {
  const compiled = compile(source, testCatalogue);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
}

export const start = { id: "start", type: "start" };
export const task = (id: string, config: Record<string, string> = {}, more: object = {}): Nodes[number] => ({
  id,
  type: "task",
  config,
  ...more,
});
