import type { JsonObject } from "../json.ts";
import { fraction } from "../run/backoff.ts";
import { escalationRequest } from "../run/escalation.ts";
import type { Outcome } from "../run/event.ts";
import { findStep } from "../run/fold.ts";
import type { Prepared, RunCommand, RunInput } from "../run/input.ts";
import { evaluatedStep, templateFor } from "../run/preparation.ts";
import { scopeOf } from "../run/scope.ts";
import type { RunState } from "../run/state.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { beginResolve } from "../workflow/resolve.ts";
import { approvalRequest } from "./approval-request.ts";
import type { Oracle } from "./oracle.ts";

type PrepareCommand = Extract<RunCommand, { type: "prepare" }>;

/** What a test's world answers when the engine asks to prepare a step. */
export function answerPreparation(
  plan: Plan,
  state: RunState,
  oracle: Oracle,
  now: number,
  command: PrepareCommand,
): RunInput {
  const { step, attempt } = command;
  const node = plan.nodes.get(command.node);
  if (node === undefined) throw new Error(`no node ${command.node}`);
  const { purpose, index } = command;
  const answer = (prepared: Prepared, handlers?: { key: string | null; afterMs: number | null }[]): RunInput => ({
    type: "prepared",
    step,
    attempt,
    prepared,
    ...(handlers === undefined ? {} : { handlers }),
  });
  if (purpose === "escalate") {
    const error = findStep({ plan, state }, step)?.record.error ?? null;
    return answer({ kind: "approval", approvalId: stepUuid(`${step}?`), request: escalationRequest(node, error) });
  }
  if (purpose === "check")
    return answer({ kind: "loop-check", index: index ?? 0, holds: (index ?? 0) < oracle.turns(step) });
  const value = beginResolve(templateFor(node, purpose), scopeOf(plan, state, step)).finish([]);
  if (purpose === "judge") return answer({ kind: "loop-judge", index: index ?? 0, holds: Boolean(value) });
  const { config, handlers } = evaluatedStep(node, value);
  return answer(prepared(oracle, now, step, attempt, node, config), handlers);
}

function prepared(
  oracle: Oracle,
  now: number,
  step: string,
  attempt: number,
  node: PlanNode,
  input: JsonObject,
): Prepared {
  switch (node.behaviour) {
    case "effect":
      return { kind: "effect", input };
    case "wait":
      return beginWait(input, now);
    case "parallel":
    case "try":
      return { kind: "open" };
    case "call":
      return {
        kind: "call",
        childId: stepUuid(`${step}#${attempt}`),
        workflowId: stepUuid("workflow"),
        version: null,
        input,
      };
    case "approval":
      return { kind: "approval", approvalId: stepUuid(step), request: approvalRequest({ title: step }) };
    case "loop": {
      const given = input["items"];
      const items = Array.isArray(given) ? given : Array.from({ length: oracle.items(step) }, (_, index) => index);
      const concurrency = typeof node.config["concurrency"] === "number" ? node.config["concurrency"] : 1;
      if (node.loopCondition !== null) return { kind: "loop", items: null, total: null, concurrency: 1 };
      const open = input["open"] === true ? { open: true } : {};
      return { kind: "loop", items, total: items.length, concurrency, ...open };
    }
    case "break":
    case "continue":
    case "end":
      return computed({ output: input["value"] ?? null });
    default:
      return computed({ output: input, ...told(node, input, oracle, step) });
  }
}

function computed(outcome: Outcome): Prepared {
  return { kind: "computed", outcome, input: null };
}

function told(node: PlanNode, input: JsonObject, oracle: Oracle, step: string): Partial<Outcome> {
  if (node.type === "choose") return { ports: [oracle.port(step)] };
  if (node.type === "append") {
    const items = Array.isArray(input["items"]) ? input["items"] : [];
    return { append: { loop: String(input["loop"]), items, close: input["close"] === true } };
  }
  if (node.type !== "emit") return {};
  const key = typeof input["key"] === "string" ? input["key"] : null;
  return { emitted: { name: String(input["event"]), key, payload: input["payload"] ?? null } };
}

function beginWait(input: JsonObject, now: number): Prepared {
  if (input["mode"] === "handlers") return { kind: "wait", until: null };
  if (typeof input["event"] !== "string") return { kind: "wait", until: now + 1_000 };
  const key = typeof input["key"] === "string" ? input["key"] : null;
  return { kind: "wait", until: null, event: { name: input["event"], key } };
}

function stepUuid(step: string): string {
  const part = (salt: string): string =>
    Math.floor(fraction(step + salt) * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  return `${part("a")}-0000-4000-8000-${part("b")}0000`;
}
