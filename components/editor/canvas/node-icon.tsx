import type { Family } from "../../../engine/workflow/definition.ts";
import { FamilyIcon } from "../../workflows/family-icon.tsx";
import { definitionOf } from "../store/graph.ts";

const blocks: Record<Family, string> = {
  trigger: "text-family-trigger",
  agent: "text-family-agent",
  logic: "text-family-logic",
  people: "text-family-people",
  data: "text-family-data",
  flow: "text-family-flow",
};

/** Text colour of a node's family, for what draws with `currentColor`. */
export function familyColor(node: { type: string }): string {
  const definition = definitionOf(node);
  return definition === undefined ? "text-failed" : blocks[definition.family];
}

/** The icon tile of a node. */
export function NodeIcon({ node, className }: { node: { type: string }; className?: string }) {
  const definition = definitionOf(node);
  return (
    <FamilyIcon
      family={definition?.family ?? "flow"}
      icon={definition?.icon ?? "circle-help"}
      {...(className === undefined ? {} : { className })}
    />
  );
}
