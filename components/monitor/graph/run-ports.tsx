"use client";

import type { WorkflowNode } from "../../../engine/workflow/file.ts";
import { LevelContext } from "../../editor/canvas/level.ts";
import { PortHandles } from "../../editor/canvas/ports.tsx";

/**
 * The ports of a node, also where they are too small to be seen: React Flow measures a node when it first draws it, and a node without ports
 * loses its edges.
 */
export function RunPorts({ node, header }: { node: WorkflowNode; header: number }) {
  return (
    <LevelContext value="card">
      <PortHandles node={node} header={header} />
    </LevelContext>
  );
}
