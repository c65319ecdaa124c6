import type { JsonObject } from "../json.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { callbackEvent } from "./listeners.ts";
import { stepId } from "./path.ts";
import type { Frame, RunState } from "./state.ts";

/**
 * What `run.callbacks.NODE` gives: not the address that ends a wait, which whoever has it may call, but a mark that stands for it. So an
 * address is in no journal, on no screen and in no export: it is put in where a step's effect begins, and taken out of what the effect gives.
 * The mark names its run and has a part that only those know who read its journal, so that text which comes from outside cannot become an
 * address; its host is one that does not exist.
 */
const host = "https://callback.baton.invalid/";
const name = "[A-Za-z][A-Za-z0-9_]*\\$?";
const step = `${name}(?:\\.[0-9]+\\.${name})*`;

/** @param key the secret part; where a journal has none (it was begun before there were any), a mark stands for nothing */
export function callbackMark(runId: string, key: string | undefined, at: string): string {
  return `${host}${runId}/${key === undefined ? "" : `${key}/`}${at}`;
}

export function isCallbackWait({ behaviour, config }: Pick<PlanNode, "behaviour" | "config">): boolean {
  return behaviour === "wait" && config["mode"] === "callback";
}

/** Marks by node id: the waits of this frame and of those around it. Null in a workflow that waits for no call. */
export function callbacksOf(plan: Plan, state: RunState, frame: Frame): JsonObject | null {
  if (!handsOutMarks(plan)) return null;
  const around = new Map<string, string>();
  for (let current: Frame | undefined = frame; current !== undefined;) {
    around.set(current.container ?? "", current.id);
    current = current.parent === null ? undefined : state.frames[current.parent];
  }
  const marks: JsonObject = {};
  for (const node of plan.nodes.values()) {
    const at = around.get(node.scope);
    if (at !== undefined && isCallbackWait(node))
      marks[node.id] = callbackMark(state.runId, state.callbackKey, stepId(at, node.id));
  }
  return marks;
}

/** Whether runs of this plan hand out marks, and so need a key. */
export function handsOutMarks(plan: Pick<Plan, "keeps">): boolean {
  return plan.keeps.includes(callbackEvent);
}

/** The marks of this run in a text, each with the step it stands for; also as a part of another address. */
export function marksIn(text: string, runId: string, key: string): { mark: string; step: string; encoded: boolean }[] {
  const whole = callbackMark(runId, key, "");
  return [whole, encodeURIComponent(whole)].flatMap((start, index) => {
    if (!text.includes(start)) return [];
    const found = text.matchAll(new RegExp(`${start.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(${step})`, "g"));
    return [...found].map((match) => ({ mark: match[0], step: match[1] ?? "", encoded: index === 1 }));
  });
}
