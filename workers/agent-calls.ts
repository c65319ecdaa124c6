import type { AgentRef } from "../engine/agent.ts";
import { BatonError } from "../engine/errors.ts";
import type { Json, JsonObject } from "../engine/json.ts";
import type { AgentRegistry, PinnedAgent } from "../engine/ports/agents.ts";
import type { BreakerName, Breakers } from "../engine/ports/breakers.ts";
import type { ModelAnswer } from "../engine/ports/model.ts";
import type { Usage } from "../engine/run/event.ts";
import { incompatibilities } from "../engine/workflow/compatibility.ts";
import type { Log } from "./log.ts";
import { circuitOpen, isTheirs, paidFor } from "./model-calls.ts";

export interface AgentCallPorts {
  agents: AgentRegistry;
  breakers: Breakers;
  contracts: (schema: JsonObject, value: Json) => string | null;
  log: Log;
}

/** The attempt in which an agent is asked. `usage` gathers what it cost, also where somebody else answered in the end. */
export interface Asker {
  runId: string;
  orgId: string;
  step: string;
  attempt: number;
  usage: Usage[];
  signal: AbortSignal;
}

interface Asking {
  ask(agent: PinnedAgent): Promise<ModelAnswer>;
  note(message: string): void;
}

/**
 * Asks the agent that a node names or, while it is disabled, its breaker is open or it fails for reasons of its own, the next one
 * that can do all that it can and keeps the same contract.
 */
export async function askAgent(
  ports: AgentCallPorts,
  asker: Asker,
  ref: AgentRef,
  given: Json,
  asking: Asking,
): Promise<ModelAnswer> {
  const named = await ports.agents.pin(asker, ref);
  if (named === null) {
    throw new BatonError(
      "AGENT_UNAVAILABLE",
      "The agent that this step names, or its version, is not in the organisation's registry. Choose another one in the step.",
    );
  }
  const fault = named.settings.input === null ? null : ports.contracts(named.settings.input, given);
  if (fault !== null) {
    const message = `What ${named.name} was given does not fit its input contract: ${fault}`;
    throw new BatonError("CONTRACT_BROKEN", message, { retryable: false });
  }
  const first = await tryAgent(ports, asker, named, asking);
  if (first.answer !== null) return first.answer;
  let { failure } = first;
  for (const agent of await standIns(ports, asker, named)) {
    asking.note(`${wordsOf(failure)} Asking ${agent.name}, which can do the same.`);
    const next = await tryAgent(ports, asker, agent, asking);
    if (next.answer !== null) {
      asking.note(`${agent.name} answered instead of ${named.name}.`);
      return next.answer;
    }
    // What the named agent failed with says more than that nobody could stand in for it.
    if (failure.code === "AGENT_UNAVAILABLE") failure = next.failure;
  }
  throw failure;
}

/** Those of equal capability that take what the agent takes and promise what it promises. */
async function standIns({ agents }: AgentCallPorts, asker: Asker, named: PinnedAgent): Promise<PinnedAgent[]> {
  const any: JsonObject = { type: "object" };
  return (await agents.equals(asker, named)).filter(({ settings }) => {
    const { input, output } = named.settings;
    if ((output === null) !== (settings.output === null)) return false;
    const narrower = incompatibilities(input ?? any, settings.input ?? any, "input");
    const weaker = output === null ? [] : incompatibilities(output, settings.output ?? any, "output");
    return narrower.length === 0 && weaker.length === 0;
  });
}

type Tried = { answer: ModelAnswer } | { answer: null; failure: BatonError };

/** @throws whatever another agent could not do better: a person's mistake, a budget, a step that was called off */
async function tryAgent(ports: AgentCallPorts, asker: Asker, agent: PinnedAgent, { ask }: Asking): Promise<Tried> {
  const { breakers } = ports;
  if (agent.status === "disabled") {
    const message = `${agent.name} is disabled, and no other active agent can do all that it can.`;
    return { answer: null, failure: new BatonError("AGENT_UNAVAILABLE", message) };
  }
  const name: BreakerName = { orgId: asker.orgId, kind: "agent", name: agent.id };
  const pass = await breakers.enter(name);
  if (!pass.passes) return { answer: null, failure: circuitOpen({ ...name, name: agent.name }, pass.retryAfterMs) };
  const began = performance.now();
  const record = (errorCode: string | null, costUsd: number): Promise<void> =>
    ports.agents
      .record({ ...asker, stepId: asker.step, agent, errorCode, costUsd, ms: performance.now() - began })
      .catch((error: unknown) => ports.log.warn({ error: String(error) }, "how an agent did was not recorded"));
  try {
    const answer = await ask(agent);
    await Promise.all([breakers.succeeded(name), record(null, answer.usage.costUsd)]);
    return { answer };
  } catch (error) {
    if (!(error instanceof BatonError) || asker.signal.aborted || !isTheirs(error)) throw error;
    const usage = paidFor(error);
    await Promise.all([
      // That its model's own breaker is open says nothing about the agent.
      error.code === "CIRCUIT_OPEN" ? undefined : breakers.failed(name),
      record(
        error.code,
        usage.reduce((sum, { costUsd }) => sum + costUsd, 0),
      ),
    ]);
    asker.usage.push(
      ...usage.map((each) => ({ ...each, agent: { id: agent.id, name: agent.name, version: agent.version } })),
    );
    return { answer: null, failure: withoutUsage(error) };
  }
}

/** What was paid is counted already, and must not be counted again with the step's failure. */
function withoutUsage(error: BatonError): BatonError {
  const { usage: _counted, ...details } = error.details ?? {};
  const { retryable, retryAfterMs } = error;
  return new BatonError(error.code, error.message, { retryable, retryAfterMs, details, cause: error });
}

function wordsOf(failure: BatonError): string {
  return failure.code === "AGENT_UNAVAILABLE" ? failure.message.replace(/, and no other.*/, ".") : failure.message;
}
