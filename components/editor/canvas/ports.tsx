"use client";

import { Handle, Position } from "@xyflow/react";
import type { Port } from "../../../engine/workflow/definition.ts";
import type { WorkflowNode } from "../../../engine/workflow/file.ts";
import { classNames } from "../../ui/class-names.ts";
import { portRow } from "../store/geometry.ts";
import { portsOf } from "../store/graph.ts";
import { useLevel } from "./level.ts";

/** The ports of a node at their places, each with its name on hover. Too small to be hit, they are bare marks for the edges to end at. */
export function PortHandles({ node, header }: { node: WorkflowNode; header: number }) {
  const level = useLevel();
  const { inputs, outputs } = portsOf(node);
  const several = outputs.length > 1;
  if (level === "block") {
    // React Flow looks for these when it measures a node, and draws edges from where it found them.
    return (
      <>
        {inputs.map((port) => (
          <i
            key={port.name}
            className="port-mark target left"
            data-handleid={port.name}
            data-handlepos="left"
            style={{ top: header / 2 }}
          />
        ))}
        {outputs.map((port, row) => (
          <i
            key={port.name}
            className="port-mark source right"
            data-handleid={port.name}
            data-handlepos="right"
            style={{ top: several ? header + row * portRow + portRow / 2 : header / 2 }}
          />
        ))}
      </>
    );
  }
  return (
    <>
      {inputs.map((port) => (
        <Handle
          key={port.name}
          id={port.name}
          type="target"
          position={Position.Left}
          style={{ top: header / 2 }}
          className="port"
          data-port={port.name}
          title={portTitle(port)}
        />
      ))}
      {outputs.map((port, row) => (
        <Handle
          key={port.name}
          id={port.name}
          type="source"
          position={Position.Right}
          style={{ top: several ? header + row * portRow + portRow / 2 : header / 2 }}
          className={classNames("port", port.kind === "error" && "port-error")}
          data-port={port.name}
          title={portTitle(port)}
        />
      ))}
    </>
  );
}

/** The names of several outputs, in rows that end at their ports. */
export function PortNames({ node }: { node: WorkflowNode }) {
  const { outputs } = portsOf(node);
  if (outputs.length < 2) return null;
  return (
    <div className="border-t border-line">
      {outputs.map((port) => (
        <div
          key={port.name}
          style={{ height: portRow }}
          className={classNames(
            "truncate pr-3 pl-11 text-right text-xs leading-5",
            port.kind === "error" ? "text-failed" : "text-muted",
          )}
        >
          {port.label}
        </div>
      ))}
    </div>
  );
}

function portTitle(port: Port): string {
  return port.type === "any" ? port.label : `${port.label} (${port.type})`;
}
