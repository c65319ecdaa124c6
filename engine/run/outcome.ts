import type { ErrorRecord } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { fileLimits } from "../workflow/file.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { retryDelay } from "./backoff.ts";
import { asksForMoney, budgetOptions } from "./budget.ts";
import { escalationOptions } from "./escalation.ts";
import type { EventBody, Outcome, Usage } from "./event.ts";
import { findStep } from "./fold.ts";
import { loopInReach } from "./handlers.ts";
import type { ChildEnd, Prepared, RunInput } from "./input.ts";
import type { RunState, Step } from "./state.ts";

type PreparedAs<K extends Prepared["kind"]> = Extract<Prepared, { kind: K }>;

/** A deadline decides by kind ("reject"); an author's own option of that kind is the port it takes. */
export function optionOf(plan: Plan, node: PlanNode, record: Step, decision: string): string {
  if (record.escalated === true) {
    const options = asksForMoney(plan, record.error) ? budgetOptions : escalationOptions;
    const meant = options.find(({ id, kind }) => id === decision || kind === decision);
    return meant?.id ?? "fail";
  }
  const options = Array.isArray(node.config["options"]) ? node.config["options"].filter(isJsonObject) : [];
  if (options.some((option) => option["id"] === decision)) return decision;
  const meant = options.find((option) => option["kind"] === decision)?.["id"];
  return typeof meant === "string" ? meant : decision;
}

/** What an effect brings, with the variables it is granted taken from its output; others it cannot write. */
export function granted(node: PlanNode, outcome: Outcome): Outcome {
  if (node.writes.length === 0) return outcome;
  const { output } = outcome;
  const vars: Record<string, Json> = {};
  for (const name of node.writes) {
    const value = isJsonObject(output) && Object.hasOwn(output, name) ? output[name] : outcome.vars?.[name];
    if (value !== undefined) vars[name] = value;
  }
  return { ...outcome, vars };
}

/** What a sub-workflow's end means to the step that called it; its cost counts there. */
export function childResult(
  end: ChildEnd & { childId: string },
): Outcome | { error: ErrorRecord; usage?: Usage[] | undefined } {
  const { status, output, error, costUsd, inputTokens, outputTokens, demo } = end;
  const paid = costUsd > 0 || inputTokens > 0 || outputTokens > 0;
  const usage = [{ model: "sub-workflow", provider: "baton", inputTokens, outputTokens, costUsd, demo }];
  const cost = paid ? { usage } : {};
  if (status === "completed") return { output, ...cost };
  const message =
    status === "cancelled"
      ? "The sub-workflow was cancelled."
      : `The sub-workflow failed: ${error?.message ?? "unknown"}`;
  return {
    error: {
      code: "SUBWORKFLOW_FAILED",
      message,
      retryable: status === "failed",
      details: { runId: end.childId, ...(error === null ? {} : { code: error.code }) },
    },
    ...cost,
  };
}

/** Why items cannot be appended: the loop is not under way, is closed, or is full. */
export function appendFault(plan: Plan, state: RunState, step: string, { append }: Outcome): ErrorRecord | null {
  if (append === undefined) return null;
  const frame = findStep({ plan, state }, step)?.frame;
  const loop = frame === undefined ? null : loopInReach(state, frame, append.loop)?.record.loop;
  if (loop === null || loop === undefined || loop.items === null || loop.finishing === true) {
    const message = `The loop ${append.loop} takes no items now: it is not under way, or is over.`;
    return { code: "LOOP_INPUT", message, retryable: false };
  }
  if (loop.items.length + append.items.length <= fileLimits.loopItems) return null;
  const message = `The loop ${append.loop} would have more than ${fileLimits.loopItems} items.`;
  return { code: "LOOP_LIMIT", message, retryable: false };
}

/** The event of an executor that takes an attempt up. */
export function startedEvent(input: Extract<RunInput, { type: "started" }>): EventBody {
  return { type: "step-started", step: input.step, attempt: input.attempt, worker: input.worker, claim: input.claim };
}

/** The event of a step that was computed in the turn. */
export function computedEvent(step: string, attempt: number, { outcome, input }: PreparedAs<"computed">): EventBody {
  return { type: "step-completed", step, attempt, ...outcome, ...(input === null ? {} : { input }) };
}

/** The event of a loop whose list, or number of turns, is known. */
export function loopOpened(step: string, { items, total, concurrency, open }: PreparedAs<"loop">): EventBody {
  const list = items === null ? {} : { items };
  return { type: "loop-opened", step, ...list, total, concurrency, ...(open === true ? { open } : {}) };
}

/** A `while` loop that still repeats at its bound fails. */
export function boundReached(node: PlanNode, index: number): ErrorRecord | null {
  const most = node.config["maxIterations"];
  if (typeof most !== "number" || index < most) return null;
  const message = `${node.name} still repeats after ${most} iterations, its bound.`;
  return { code: "LOOP_LIMIT", message, retryable: false };
}

export function tooDeep(): ErrorRecord {
  const message = `Sub-workflows are nested deeper than ${fileLimits.subWorkflowDepth} levels.`;
  return { code: "SUBWORKFLOW_DEPTH", message, retryable: false };
}

/** How long all attempts of a step may take together, and what people let the run spend beyond its budget. */
export function attemptBounds(
  { raisedUsd }: RunState,
  { totalTimeoutMs }: PlanNode,
  record: Step,
  now: number,
): { until?: number; raisedUsd?: number } {
  const since = record.attempt === record.attemptBase ? now : (record.since ?? now);
  return {
    ...(totalTimeoutMs === null ? {} : { until: since + totalTimeoutMs }),
    ...(raisedUsd === undefined ? {} : { raisedUsd }),
  };
}

/** When a failed step is tried again, epoch ms; null when that was its last attempt, or no time is left for another. */
export function nextAttempt(
  runId: string,
  { retry, totalTimeoutMs }: PlanNode,
  { attemptBase, since }: Step,
  { step, attempt, error }: Extract<RunInput, { type: "failed" }>,
  now: number,
): { retryAt: number | null; error: ErrorRecord } {
  const delay = retryDelay(retry, attempt - attemptBase, error, `${runId}:${step}`);
  if (delay === null) return { retryAt: null, error };
  const over = totalTimeoutMs !== null && since !== undefined && now + delay >= since + totalTimeoutMs;
  if (!over) return { retryAt: now + delay, error };
  const limit = totalTimeoutMs < 1_000 ? `${totalTimeoutMs} ms` : `${Math.round(totalTimeoutMs / 1_000)} s`;
  const message = `${error.message} The ${limit} for all attempts are over, so it is not tried again.`;
  return { retryAt: null, error: { ...error, message } };
}
