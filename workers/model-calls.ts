import { BatonError, errorClass } from "../engine/errors.ts";
import type { BreakerName, Breakers } from "../engine/ports/breakers.ts";
import type { ModelAnswer, ModelRequest, OrganizationModels } from "../engine/ports/model.ts";
import type { Purse, Reservation } from "../engine/ports/purse.ts";
import type { Tracer } from "../engine/ports/tracer.ts";
import { usageSchema, type Usage } from "../engine/run/event.ts";
import type { Log } from "./log.ts";
import type { StepSlots } from "./step-slots.ts";

export interface ModelCallPorts {
  model: OrganizationModels;
  breakers: Breakers;
  purse: Purse;
  stepSlots: Pick<StepSlots, "provider">;
  tracer: Tracer;
  log: Log;
}

/** On whose account a model is asked. */
export interface Spender {
  runId: string;
  orgId: string;
  step: string;
  runBudgetUsd: number | null;
}

/** Where money is bounded, an answer whose author set no length is bounded too: what may be spent must be known before. */
const boundedAnswerTokens = 4_096;
/** Fewer than the usual four, so that what is set aside is rather too much. */
const charactersPerToken = 3;
/** Roles, separators and what else a provider counts around a message. */
const tokensPerMessage = 8;

/**
 * Asks a model, or the next of `fallbackModels` while its breaker is open or it keeps failing for reasons of its own. Before each call the
 * money it may cost is set aside; what it cost is put in its place, and nothing where it failed.
 */
export async function askModel(
  ports: ModelCallPorts,
  spender: Spender,
  request: ModelRequest,
  note: (message: string) => void,
): Promise<ModelAnswer> {
  const candidates = [request.model, ...(request.fallbackModels ?? [])];
  let failure: unknown = null;
  for (const [index, model] of candidates.entries()) {
    try {
      const answer = await askOne(ports, spender, { ...request, model }, index);
      if (index > 0) note(`${nameOf(model)} answered instead of ${nameOf(request.model)}.`);
      return answer;
    } catch (error) {
      failure = error;
      if (!isTheirs(error) || request.signal.aborted) throw error;
      const next = candidates[index + 1];
      if (next !== undefined) note(`${nameOf(model)}: ${messageOf(error)} Asking ${nameOf(next)}.`);
    }
  }
  throw failure;
}

async function askOne(
  ports: ModelCallPorts,
  spender: Spender,
  request: ModelRequest,
  candidate: number,
): Promise<ModelAnswer> {
  const provider = (await ports.model.providerOf?.(request.model, spender.orgId)) ?? null;
  const holder = `${request.idempotencyKey}/${candidate}`;
  const leave = await ports.stepSlots.provider(spender.orgId, provider, holder, request.signal);
  try {
    return await askNow(ports, spender, request, candidate);
  } finally {
    await leave();
  }
}

async function askNow(
  ports: ModelCallPorts,
  spender: Spender,
  request: ModelRequest,
  candidate: number,
): Promise<ModelAnswer> {
  const { breakers } = ports;
  const name: BreakerName = { orgId: spender.orgId, kind: "model", name: nameOf(request.model) };
  const pass = await breakers.enter(name);
  if (!pass.passes) throw circuitOpen(name, pass.retryAfterMs);
  const { reservation, bounded } = await setAside(ports, spender, request, candidate);
  try {
    const answer = await tracedAnswer(ports, spender, bounded);
    await Promise.all([breakers.succeeded(name), settle(ports, reservation, answer.usage.costUsd)]);
    return answer;
  } catch (error) {
    await Promise.all([
      breaksCircuit(error) ? breakers.failed(name) : undefined,
      settle(ports, reservation, paid(error)),
    ]);
    throw error;
  }
}

async function tracedAnswer(
  { tracer, model }: ModelCallPorts,
  { runId, orgId, step }: Spender,
  request: ModelRequest,
): Promise<ModelAnswer> {
  const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": nameOf(request.model) };
  return tracer.span("model call", { runId, step, attributes }, async (span) => {
    const answer = await model.answer(request, orgId);
    span.note({
      "gen_ai.provider.name": answer.usage.provider,
      "gen_ai.response.model": answer.usage.model,
      "gen_ai.usage.input_tokens": answer.usage.inputTokens,
      "gen_ai.usage.output_tokens": answer.usage.outputTokens,
    });
    return answer;
  });
}

/** Sets aside what the call may cost at most. Nothing, where no budget bounds it or no price is known. */
async function setAside(
  { model, purse }: ModelCallPorts,
  { runId, orgId, step, runBudgetUsd }: Spender,
  request: ModelRequest,
  candidate: number,
): Promise<{ reservation: Reservation | null; bounded: ModelRequest }> {
  if (!(await purse.isBounded({ orgId, runBudgetUsd }))) return { reservation: null, bounded: request };
  const maxTokens = request.maxTokens ?? boundedAnswerTokens;
  const bounded = { ...request, maxTokens };
  const price = (await model.priceOf?.(request.model, orgId)) ?? null;
  if (price === null) return { reservation: null, bounded };
  const characters = request.messages.reduce((sum, { content }) => sum + content.length, 0);
  const schema = request.schema === undefined ? 0 : JSON.stringify(request.schema.schema).length;
  const inputTokens =
    Math.ceil((characters + schema) / charactersPerToken) + request.messages.length * tokensPerMessage;
  // An answer that does not fit its form is asked for once more, with the first one in hand.
  const times = request.schema === undefined ? 1 : 2;
  const amountUsd = (times * (inputTokens * price.input + maxTokens * price.output)) / 1_000_000;
  const key = `${step}/${request.idempotencyKey}/${candidate}`;
  return { reservation: await purse.reserve({ runId, orgId, key, amountUsd, runBudgetUsd }), bounded };
}

/** What was paid must be counted; a purse that is away finds it in the journal later. */
async function settle({ log }: ModelCallPorts, reservation: Reservation | null, costUsd: number): Promise<void> {
  await reservation
    ?.settle(costUsd)
    .catch((error: unknown) => log.warn({ error: String(error) }, "what a call cost is found in the journal later"));
}

/** An answer that was refused or unreadable was paid for all the same. */
function paid(error: unknown): number {
  return error instanceof BatonError ? paidFor(error).reduce((sum, { costUsd }) => sum + costUsd, 0) : 0;
}

/** What an answer used that came to nothing. */
export function paidFor(error: BatonError): Usage[] {
  const usage = usageSchema.safeParse(error.details?.["usage"]);
  return usage.success ? [usage.data] : [];
}

/** Only what may be different next time: another model may answer what this one cannot. */
export function isTheirs(error: unknown): boolean {
  return error instanceof BatonError && errorClass(error.code) === "theirs" && error.code !== "STEP_TIMEOUT";
}

/** A model that refuses or answers badly is alive. */
function breaksCircuit(error: unknown): boolean {
  return error instanceof BatonError && (error.code === "MODEL_UNAVAILABLE" || error.code === "MODEL_RATE_LIMITED");
}

/** @returns the refusal of a breaker, to be tried again when it lets somebody through */
export function circuitOpen({ kind, name }: BreakerName, retryAfterMs: number): BatonError {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new BatonError(
    "CIRCUIT_OPEN",
    `The ${kind} ${name} failed several times in a row, so nothing is sent to it for another ${seconds} s.`,
    { retryAfterMs, details: { kind, name } },
  );
}

function nameOf(model: string | null): string {
  return model ?? "default model";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
