import type { Catalogue } from "./definition.ts";
import type { WorkflowFile } from "./file.ts";
import { problem } from "./graph.ts";
import type { Problem } from "./plan.ts";

/** The credentials that a workflow names and its organisation does not have: its steps would fail when they come to them. */
export function missingCredentials(file: WorkflowFile, catalogue: Catalogue, known: ReadonlySet<string>): Problem[] {
  return file.nodes.flatMap((node, index) =>
    (catalogue.get(node.type)?.credentials?.(node.config) ?? [])
      .filter(({ name }) => !known.has(name))
      .map(({ name, path }) =>
        problem(
          "missing-credential",
          { node: node.id, path: ["nodes", index, "config", ...path] },
          `${node.id}: there is no credential named "${name}" in this organisation.`,
          "Create it in Settings, Credentials, or name another one.",
        ),
      ),
  );
}
