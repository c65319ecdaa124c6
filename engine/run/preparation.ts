import { BatonError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { PlanNode } from "../workflow/plan.ts";
import { asText } from "../workflow/resolve.ts";
import type { Template } from "../workflow/template.ts";
import type { Purpose } from "./input.ts";

const yearMs = 31_536_000_000;
const nothing: Template = { kind: "literal", value: null };

/** What is to be evaluated for a `prepare` command: the node's config with its handlers' keys and times, or a loop's condition. */
export function templateFor(node: PlanNode, purpose: Purpose): Template {
  if (purpose === "check") return node.loopCondition ?? nothing;
  if (purpose === "judge") return node.completion?.when ?? nothing;
  if (purpose === "escalate") return nothing;
  if (node.handlers.length === 0) return node.template;
  return {
    kind: "list",
    items: [node.template, ...node.handlers.flatMap(({ key, after }) => [key ?? nothing, after ?? nothing])],
  };
}

export interface Evaluated {
  config: JsonObject;
  /** Of nodes with handlers: what their templates gave, in their order. */
  handlers?: { key: string | null; afterMs: number | null }[];
}

/** Takes apart what `templateFor` gave for a step's begin. @throws BatonError INPUT_INVALID for a time that is none */
export function evaluatedStep(node: PlanNode, value: Json): Evaluated {
  if (node.handlers.length === 0) return { config: isJsonObject(value) ? value : {} };
  const [config = null, ...rest] = Array.isArray(value) ? value : [];
  const handlers = node.handlers.map(({ key, after }, index) => ({
    key: key === null ? null : asText(rest[2 * index] ?? null),
    afterMs: after === null ? null : milliseconds(rest[2 * index + 1] ?? null, node),
  }));
  return { config: isJsonObject(config) ? config : {}, handlers };
}

function milliseconds(value: Json, node: PlanNode): number {
  if (typeof value === "number" && value >= 0 && value <= yearMs) return Math.round(value);
  const given = JSON.stringify(value).slice(0, 80);
  throw new BatonError(
    "INPUT_INVALID",
    `A handler of ${node.name} needs a number of milliseconds up to a year, but was given ${given}.`,
  );
}
