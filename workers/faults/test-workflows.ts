import type { JournalBatch, RunJournal } from "../../engine/ports/run-journal.ts";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";

/** A workflow file of nodes and the edges between them. */
export function file(nodes: WorkflowFileInput["nodes"], edges: [string, string][]): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "test",
    nodes,
    edges: edges.map(([source, target], index) => ({ id: `e${index}`, source, target })),
  };
}

/** start → ten computing steps → out */
export const chain = (length: number): WorkflowFileInput => {
  const names = Array.from({ length }, (_, index) => `t${index}`);
  const nodes: WorkflowFileInput["nodes"] = [
    { id: "start", type: "start" },
    ...names.map((id, index) => ({
      id,
      type: "transform",
      config: { value: index === 0 ? "{{ input.n }}" : `{{ t${index - 1}.outputs }}` },
    })),
    { id: "out", type: "output", config: { value: `{{ t${length - 1}.outputs }}` } },
  ];
  return file(
    nodes,
    nodes.slice(1).map((node, index) => [nodes[index]?.id ?? "", node.id] as [string, string]),
  );
};

export const loop = (times: number): WorkflowFileInput =>
  file(
    [
      { id: "start", type: "start" },
      { id: "each", type: "loop", config: { mode: "times", times } },
      { id: "index", type: "transform", parentId: "each", config: { value: "{{ loop.index }}" } },
      { id: "out", type: "output", config: { value: "{{ each.outputs }}" } },
    ],
    [
      ["start", "each"],
      ["each", "out"],
    ],
  );

export const calling = file(
  [
    { id: "start", type: "start" },
    { id: "call", type: "http", config: { method: "GET", url: "http://example.test/" } },
    { id: "out", type: "output", config: { value: "{{ call.outputs.status }}" } },
  ],
  [
    ["start", "call"],
    ["call", "out"],
  ],
);

export const answering = {
  http: { send: async () => ({ status: 200, headers: {}, body: "", url: "http://example.test/" }) },
};

/** A journal that counts, and fails when told to. */
export function journalOver(base: RunJournal, before: (batch: JournalBatch, count: number) => void | Promise<void>) {
  const batches: JournalBatch[] = [];
  const journal: RunJournal = {
    ...base,
    async append(batch) {
      batches.push(batch);
      await before(batch, batches.length);
      return base.append(batch);
    },
  };
  return { journal, batches };
}
