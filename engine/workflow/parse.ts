import { fileLimits, type WorkflowFile, workflowFileSchema } from "./file.ts";
import type { Problem } from "./plan.ts";

export type ParseResult = { ok: true; file: WorkflowFile } | { ok: false; problems: Problem[] };

/** Checks the shape of a workflow file. Everything wrong is told at once, each with its path. */
export function parseWorkflowFile(source: unknown): ParseResult {
  const size = sizeOf(source);
  if (size > fileLimits.bytes) {
    return refuse(
      `The file is ${size} characters long; ${fileLimits.bytes} is the limit.`,
      "Move large texts into run inputs.",
    );
  }
  const parsed = workflowFileSchema.safeParse(source);
  if (parsed.success) return { ok: true, file: parsed.data };
  const problems = parsed.error.issues.map((issue): Problem => {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    return {
      code: "file",
      severity: "error",
      node: nodeAt(source, path),
      path,
      message: `${path.length === 0 ? "The file" : path.join(".")}: ${issue.message}`,
      witness: [],
      fix: issue.code === "unrecognized_keys" ? "Remove the unknown field; nothing reads it." : "Correct the value.",
    };
  });
  return { ok: false, problems };
}

function refuse(message: string, fix: string): ParseResult {
  return {
    ok: false,
    problems: [{ code: "file", severity: "error", node: null, path: [], message, witness: [], fix }],
  };
}

function sizeOf(source: unknown): number {
  try {
    return JSON.stringify(source)?.length ?? 0;
  } catch {
    // Cyclic or otherwise not JSON: the schema says where.
    return 0;
  }
}

function nodeAt(source: unknown, path: (string | number)[]): string | null {
  if (path[0] !== "nodes" || typeof path[1] !== "number") return null;
  const nodes = (source as { nodes?: unknown[] }).nodes;
  const id = (nodes?.[path[1]] as { id?: unknown } | undefined)?.id;
  return typeof id === "string" ? id : null;
}
