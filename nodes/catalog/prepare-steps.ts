import { BatonError, toErrorRecord } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { weigh } from "../../engine/json.ts";
import type { Evaluation, EvaluationResult, Sandbox } from "../../engine/ports/sandbox.ts";
import type { Prepared, RunCommand, RunInput } from "../../engine/run/input.ts";
import { asksForMoney, budgetRequest } from "../../engine/run/budget.ts";
import { escalationRequest } from "../../engine/run/escalation.ts";
import { findStep } from "../../engine/run/fold.ts";
import { evaluatedStep, templateFor } from "../../engine/run/preparation.ts";
import { scopeOf } from "../../engine/run/scope.ts";
import type { RunState } from "../../engine/run/state.ts";
import { collectArtifacts, restoreArtifacts } from "../../engine/run/artifact.ts";
import type { Plan, PlanNode } from "../../engine/workflow/plan.ts";
import { beginResolve } from "../../engine/workflow/resolve.ts";
import type { Resolving } from "../../engine/workflow/resolve.ts";
import { keepContract, type ContractCheck } from "./data-contract.ts";
import { prepareNode } from "./executors.ts";

/** Largest output of a step, in bytes of JSON. */
const maxOutputBytes = 10 * 1024 * 1024;

export type PrepareCommand = Extract<RunCommand, { type: "prepare" }>;
type PreparedInput = Extract<RunInput, { type: "prepared" | "failed" }>;

interface Log {
  error(fields: object, message: string): void;
}

export interface PrepareContext {
  plan: Plan;
  /** Read, never changed. It must stay as it is until the answer has come. */
  state: RunState;
  now: number;
  sandbox: Sandbox;
  /** A fresh UUID: the id of an approval. */
  newId: () => string;
  /** Id of the run that an attempt of a sub-workflow step starts: always the same for the same three. */
  newChildId: (runId: string, step: string, attempt: number) => string;
  contracts: ContractCheck;
  log: Log;
  /** Values of the run that were kept apart, by id: those that `artifactsFor` named. */
  known?: ReadonlyMap<string, Json>;
}

type Quiet = Omit<PrepareContext, "sandbox">;

interface Begun {
  command: PrepareCommand;
  node: PlanNode;
  resolving: Resolving;
  evaluations: Evaluation[];
}

/** Ids of the values that were kept apart and that these steps may read: to be had before they are prepared. */
export function artifactsFor(
  { plan, state }: Pick<PrepareContext, "plan" | "state">,
  commands: PrepareCommand[],
): Set<string> {
  const ids = new Set<string>();
  if (state.artifactBytes !== undefined)
    for (const { step } of commands) collectArtifacts(scopeOf(plan, state, step), ids);
  return ids;
}

/**
 * Answers `prepare` commands: evaluates each step's config in its frame and, for steps that compute, computes. Answers at once
 * (no promise) when nothing needs the sandbox; else all expressions of all commands share one hop into it.
 */
export function prepareSteps(
  context: PrepareContext,
  commands: PrepareCommand[],
): PreparedInput[] | Promise<PreparedInput[]> {
  const { answers, begun } = beginAll(context, commands);
  if (begun.length === 0) return answers.filter((answer) => answer !== null);
  return evaluate(context, begun, answers);
}

/** As `prepareSteps` for a place without a sandbox: null when an expression needs one. */
export function prepareAtOnce(context: Quiet, commands: PrepareCommand[]): PreparedInput[] | null {
  const { answers, begun } = beginAll(context, commands);
  return begun.length === 0 ? answers.filter((answer) => answer !== null) : null;
}

function beginAll(
  context: Quiet,
  commands: PrepareCommand[],
): { answers: (PreparedInput | null)[]; begun: { index: number; step: Begun }[] } {
  const answers: (PreparedInput | null)[] = [];
  const begun: { index: number; step: Begun }[] = [];
  commands.forEach((command, index) => {
    const started = begin(context, command);
    if ("type" in started) answers[index] = started;
    else if (started.evaluations.length === 0) answers[index] = finish(context, started, []);
    else begun.push({ index, step: started });
  });
  return { answers, begun };
}

async function evaluate(
  context: PrepareContext,
  begun: { index: number; step: Begun }[],
  answers: (PreparedInput | null)[],
): Promise<PreparedInput[]> {
  const results = await context.sandbox.evaluate(
    context.state.runId,
    begun.flatMap(({ step }) => step.evaluations),
  );
  let next = 0;
  for (const { index, step } of begun) {
    answers[index] = finish(context, step, results.slice(next, next + step.evaluations.length));
    next += step.evaluations.length;
  }
  return answers.filter((answer) => answer !== null);
}

function begin({ plan, state, now, log, known }: Quiet, command: PrepareCommand): Begun | PreparedInput {
  const node = plan.nodes.get(command.node);
  if (node === undefined) {
    const error = new BatonError("INTERNAL", `Step ${command.step} is not in the workflow.`);
    return failed(command, error, log);
  }
  try {
    const read = scopeOf(plan, state, command.step);
    const scope = known === undefined ? read : restoredScope(read, known);
    const resolving = beginResolve(templateFor(node, command.purpose), scope);
    const seed = `${state.runId}.${command.step}.${command.attempt}.${command.index ?? ""}`;
    const evaluations = resolving.codes.map(({ code }) => ({ code, scope, now, seed }));
    return { command, node, resolving, evaluations };
  } catch (error) {
    return failed(command, error, log);
  }
}

function restoredScope(scope: JsonObject, known: ReadonlyMap<string, Json>): JsonObject {
  return Object.fromEntries(Object.entries(scope).map(([name, value]) => [name, restoreArtifacts(value, known)]));
}

function finish(
  { plan, state, now, newId, newChildId, contracts, log }: Quiet,
  { command, node, resolving }: Begun,
  results: EvaluationResult[],
): PreparedInput {
  try {
    const values = results.map((result, index) => {
      if (result.ok) return result.value;
      const source = resolving.codes[index]?.source ?? "";
      throw new BatonError(result.code, `{{ ${source} }}: ${result.message}`, { retryable: false });
    });
    const resolved = resolving.finish(values);
    const { step, attempt, purpose, index } = command;
    if (purpose === "escalate") {
      const error = findStep({ plan, state }, step)?.record.error ?? null;
      const money = asksForMoney(plan, error);
      const request = money ? budgetRequest(plan, state, node, error) : escalationRequest(node, error);
      return { type: "prepared", step, attempt, prepared: { kind: "approval", approvalId: newId(), request } };
    }
    if (purpose !== "step") return { type: "prepared", step, attempt, prepared: check(purpose, index ?? 0, resolved) };
    const { config, handlers } = evaluatedStep(node, resolved);
    const prepared = prepare({ node, step, attempt, state, now, newId, newChildId, contracts }, config);
    return { type: "prepared", step, attempt, prepared, ...(handlers === undefined ? {} : { handlers }) };
  } catch (error) {
    return failed(command, error, log);
  }
}

function prepare(
  {
    node,
    step,
    attempt,
    state,
    now,
    newId,
    newChildId,
    contracts,
  }: Omit<Quiet, "plan" | "log"> & {
    node: PlanNode;
    step: string;
    attempt: number;
  },
  config: JsonObject,
): Prepared {
  // An effect is checked where it is carried out.
  if (node.behaviour !== "effect") keepContract(contracts, node, "input", config);
  const prepared = prepareNode(node, config, { now, step });
  if (prepared.kind === "computed") keepContract(contracts, node, "output", prepared.outcome.output);
  // Counted as it would be written: a value that holds another twice, and that one another twice, is small until then.
  if (prepared.kind === "computed" && weigh(prepared.outcome.output, maxOutputBytes) > maxOutputBytes) {
    throw new BatonError(
      "VALUE_TOO_LARGE",
      "The step made a value of more than 10 MB, which is the most a step may give. Keep only what later steps need.",
    );
  }
  if (prepared.kind === "approval") return { ...prepared, approvalId: newId() };
  if (prepared.kind !== "call") return prepared;
  const { workflow } = state;
  const self = prepared.workflowId === null;
  if (self && workflow === undefined)
    throw new BatonError("INPUT_INVALID", "The run does not know its own workflow. Start it anew.");
  return {
    ...prepared,
    workflowId: prepared.workflowId ?? workflow?.id ?? "",
    version: self ? (workflow?.version ?? null) : prepared.version,
    childId: newChildId(state.runId, step, attempt),
  };
}

/** Truth as JavaScript has it: what people write in a `while` need not be a boolean. */
function check(purpose: "check" | "judge", index: number, value: Json): Prepared {
  return { kind: purpose === "check" ? "loop-check" : "loop-judge", index, holds: Boolean(value) };
}

/** The same config fails in the same way next time, so such a failure is never retried. */
function failed(command: PrepareCommand, error: unknown, log: Log): PreparedInput {
  if (!(error instanceof BatonError)) log.error({ stepId: command.step, err: error }, "a node type failed to prepare");
  const record = toErrorRecord(error, "INTERNAL");
  return { type: "failed", step: command.step, attempt: command.attempt, error: { ...record, retryable: false } };
}
