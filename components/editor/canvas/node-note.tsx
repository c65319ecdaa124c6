"use client";

import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { classNames } from "../../ui/class-names.ts";
import type { FlowNode } from "./flow-model.ts";
import { useLevel } from "./level.ts";
import { Resizer } from "./node-container.tsx";

/** A remark for people. Shown as plain text: whatever stands in it is words. What has no room ends with a whole line. */
export const NodeNote = memo(function NodeNote({ data, selected }: NodeProps<FlowNode>) {
  const level = useLevel();
  const { node } = data;
  const text = typeof node.config["text"] === "string" ? node.config["text"] : "";
  return (
    <div className={classNames("node-note", selected && "node-chosen")} data-testid={`node-${node.id}`}>
      {level === "card" && (
        <p className="max-h-[round(down,100%,16px)] overflow-hidden text-xs whitespace-pre-wrap text-ink" dir="auto">
          {text === "" ? <span className="text-subtle">An empty note</span> : text}
        </p>
      )}
      {level === "name" && (
        <p
          className="max-h-[round(down,100%,24px)] overflow-hidden text-xl leading-6 whitespace-pre-wrap text-ink"
          dir="auto"
        >
          {text}
        </p>
      )}
      {selected && level !== "block" && <Resizer id={node.id} least={{ width: 120, height: 48 }} />}
    </div>
  );
});
