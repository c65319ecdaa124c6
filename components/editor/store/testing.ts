import { type WorkflowFile, type WorkflowFileInput, workflowFileSchema } from "../../../engine/workflow/file.ts";

/** A workflow file of nodes and `source target port?` edges, for the tests of this folder. */
export function fileOf(nodes: WorkflowFileInput["nodes"], edges: string[] = []): WorkflowFile {
  return workflowFileSchema.parse({
    schemaVersion: 1,
    name: "Test",
    nodes,
    edges: edges.map((words, index) => {
      const [source = "", target = "", sourcePort = "out"] = words.split(" ");
      return { id: `e${index + 1}`, source, target, sourcePort };
    }),
  });
}

/** The edges of a file as `source target` words, sorted. */
export function joints(file: WorkflowFile): string[] {
  return file.edges
    .map(({ source, target, sourcePort }) => `${source} ${target}${sourcePort === "out" ? "" : ` ${sourcePort}`}`)
    .toSorted();
}
