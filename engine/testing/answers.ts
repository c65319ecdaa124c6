import { fraction } from "../run/backoff.ts";
import type { Prepared, RunCommand, RunInput } from "../run/input.ts";
import { scopeOf } from "../run/scope.ts";
import type { RunState } from "../run/state.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { beginResolve } from "../workflow/resolve.ts";
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
  return { type: "prepared", step, attempt, prepared: prepared(plan, state, oracle, now, command, node) };
}

function prepared(
  plan: Plan,
  state: RunState,
  oracle: Oracle,
  now: number,
  { step, loopIndex }: PrepareCommand,
  node: PlanNode,
): Prepared {
  const input = beginResolve(node.template, scopeOf(plan, state, step)).finish([]);
  if (loopIndex !== null) return { kind: "loop-check", index: loopIndex, holds: loopIndex < oracle.turns(step) };
  switch (node.behaviour) {
    case "effect":
      return { kind: "effect", input };
    case "wait":
      return { kind: "wait", until: now + 1_000 };
    case "approval":
      return { kind: "approval", approvalId: stepUuid(step), request: request(step) };
    case "loop": {
      const items = Array.from({ length: oracle.items(step) }, (_, index) => index);
      const concurrency = typeof node.config["concurrency"] === "number" ? node.config["concurrency"] : 1;
      if (node.loopCondition !== null) return { kind: "loop", items: null, total: null, concurrency: 1 };
      return { kind: "loop", items, total: items.length, concurrency };
    }
    default: {
      const outcome = { output: input, ...(node.type === "choose" ? { ports: [oracle.port(step)] } : {}) };
      return { kind: "computed", outcome, input: null };
    }
  }
}

function stepUuid(step: string): string {
  const part = (salt: string): string =>
    Math.floor(fraction(step + salt) * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  return `${part("a")}-0000-4000-8000-${part("b")}0000`;
}

function request(title: string): Extract<Prepared, { kind: "approval" }>["request"] {
  return {
    title,
    description: "",
    options: [
      { id: "yes", label: "Yes", kind: "approve" },
      { id: "no", label: "No", kind: "reject" },
    ],
    preselected: null,
    recommended: null,
    recommendation: null,
    assignee: { kind: "anyone", id: null },
    urgency: "normal",
    deadlineMs: 1_000,
    onTimeout: "reject",
    escalateTo: null,
    fields: [],
    channels: ["inbox"],
    context: null,
  };
}
