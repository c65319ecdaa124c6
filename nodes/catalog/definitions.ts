import type { Catalogue } from "../../engine/workflow/definition.ts";
import { agent } from "../agent/definition.ts";
import { append } from "../append/definition.ts";
import { approval } from "../approval/definition.ts";
import { breakNode } from "../break/definition.ts";
import { condition } from "../condition/definition.ts";
import { continueNode } from "../continue/definition.ts";
import { emit } from "../emit/definition.ts";
import { endNode } from "../end/definition.ts";
import type { NodeDefinition } from "../define-node.ts";
import { http } from "../http/definition.ts";
import { loop } from "../loop/definition.ts";
import { note } from "../note/definition.ts";
import { output } from "../output/definition.ts";
import { parallel } from "../parallel/definition.ts";
import { set } from "../set/definition.ts";
import { start } from "../start/definition.ts";
import { subWorkflow } from "../sub-workflow/definition.ts";
import { switchNode } from "../switch/definition.ts";
import { transform } from "../transform/definition.ts";
import { tryNode } from "../try/definition.ts";
import { wait } from "../wait/definition.ts";

/** Every node type, in the order of the palette. */
export const definitions = [
  start,
  agent,
  http,
  transform,
  set,
  condition,
  switchNode,
  parallel,
  loop,
  breakNode,
  continueNode,
  append,
  tryNode,
  endNode,
  approval,
  wait,
  emit,
  subWorkflow,
  output,
  note,
] as const satisfies readonly NodeDefinition[];

export const definitionsByType: ReadonlyMap<string, NodeDefinition> = new Map(
  definitions.map((definition): [string, NodeDefinition] => [definition.type, definition]),
);

/** What the engine needs of the above. */
export const catalogue: Catalogue = definitionsByType;
