import OpenAI from "openai";
import type { ChatCompletionChunk, ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { Logger } from "pino";
import { BatonError } from "../../engine/errors.ts";
import type { Model, ModelAnswer, ModelMessage, ModelPrice, ModelRequest } from "../../engine/ports/model.ts";
import type { Usage } from "../../engine/run/event.ts";
import { answerSchema } from "./answer-schema.ts";
import type { AnswerSchema } from "./answer-schema.ts";
import { toModelError, unavailable } from "./model-error.ts";
import type { Subject } from "./model-error.ts";
import { costOf, listPrices, priceOf } from "./prices.ts";
import type { PriceTable } from "./prices.ts";
import { estimateTokens } from "./protocol.ts";
import { Stall } from "./stall.ts";

export interface OpenAIModelOptions {
  apiKey: string;
  /** For example `https://api.openai.com/v1`, or the address of any server that speaks the same protocol. */
  baseURL: string;
  defaultModel: string;
  /** The name that people gave this provider; it stands in errors and in usage. */
  provider: string;
  /** True for the offline demo model, whose answers are labelled and cost nothing. */
  demo?: boolean | undefined;
  /** The guarded fetch, wherever the address was typed in by somebody. */
  fetch?: typeof globalThis.fetch | undefined;
  prices?: PriceTable | undefined;
  /** Longest wait for the first piece of an answer: models that reason are silent for long. */
  firstByteTimeoutMs?: number | undefined;
  /** Longest silence between two pieces. */
  idleTimeoutMs?: number | undefined;
  log: Pick<Logger, "info" | "warn">;
}

/** One streamed answer, complete. */
interface Collected {
  text: string;
  refusal: string;
  finish: string;
  model: string;
  tokens: { input: number; output: number } | null;
}

/** A model behind any OpenAI-compatible address. It does not retry calls: the engine does, and records each attempt. */
export function createOpenAIModel(options: OpenAIModelOptions): Model {
  const client = new OpenAI({
    // Local servers need none, but the package insists on one.
    apiKey: options.apiKey === "" ? "none" : options.apiKey,
    baseURL: options.baseURL,
    maxRetries: 0,
    // Waiting is bounded by first byte and idle time, not by the length of the whole answer.
    timeout: 24 * 3_600_000,
    logLevel: "off",
    // What this machine's environment says about OpenAI is none of this provider's business.
    organization: null,
    project: null,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  return new OpenAIModel(client, options);
}

class OpenAIModel implements Model {
  readonly #client: OpenAI;
  readonly #options: OpenAIModelOptions;
  readonly #unpriced = new Set<string>();

  constructor(client: OpenAI, options: OpenAIModelOptions) {
    this.#client = client;
    this.#options = options;
  }

  priceOf(model: string | null): ModelPrice | null {
    const { demo = false, prices = listPrices, defaultModel } = this.#options;
    return demo ? null : priceOf(model ?? defaultModel, prices);
  }

  async answer(request: ModelRequest): Promise<ModelAnswer> {
    const schema = request.schema === undefined ? null : answerSchema(request.schema);
    const subject = this.#subject(request);
    const first = await this.#ask(request, request.messages, schema, request.idempotencyKey, request.onText);
    const usage = this.#usage(first, request.messages, subject);
    const read = this.#read(first, schema, subject, usage);
    if (read.ok) return read.answer;

    // One more chance with the fault named: cheaper than a new attempt of the whole step.
    this.#options.log.info({ provider: subject.provider, model: subject.model }, "asking the model to mend its answer");
    const messages: ModelMessage[] = [
      ...request.messages,
      { role: "assistant", content: first.text },
      {
        role: "user",
        content: `That answer does not fit the schema: ${read.problem}. Answer again with the JSON only.`,
      },
    ];
    const second = await this.#ask(request, messages, schema, `${request.idempotencyKey}.mend`, undefined);
    const total = add(usage, this.#usage(second, messages, subject));
    const mended = this.#read(second, schema, subject, total);
    if (mended.ok) return mended.answer;
    throw new BatonError(
      "MODEL_BAD_OUTPUT",
      `"${subject.model}" did not answer as the schema asks: ${mended.problem}.`,
      {
        details: { usage: total },
      },
    );
  }

  /** One call. Throws MODEL_* for everything that is not a complete answer. */
  async #ask(
    request: ModelRequest,
    messages: ModelMessage[],
    schema: AnswerSchema | null,
    idempotencyKey: string,
    onText: ModelRequest["onText"],
  ): Promise<Collected> {
    const subject = this.#subject(request);
    const { firstByteTimeoutMs = 60_000, idleTimeoutMs = 30_000 } = this.#options;
    const stall = new Stall(request.signal);
    stall.allow(firstByteTimeoutMs, () => unavailable(subject, `said nothing for ${firstByteTimeoutMs / 1000} s`));
    try {
      stall.signal.throwIfAborted();
      const stream = await this.#client.chat.completions.create(this.#body(request, messages, schema), {
        signal: stall.signal,
        headers: { "Idempotency-Key": idempotencyKey },
      });
      const collected: Collected = { text: "", refusal: "", finish: "", model: subject.model, tokens: null };
      for await (const chunk of stream) {
        stall.allow(idleTimeoutMs, () =>
          unavailable(subject, `fell silent for ${idleTimeoutMs / 1000} s in mid-answer`),
        );
        collect(collected, chunk, onText);
      }
      // The package ends a stream quietly when it is aborted; only the reason tells why.
      stall.signal.throwIfAborted();
      if (collected.finish === "") throw unavailable(subject, "broke off the answer before its end");
      return collected;
    } catch (thrown) {
      if (request.signal.aborted) throw stopped(request.signal.reason);
      throw toModelError(stall.reason ?? thrown, subject);
    } finally {
      stall.end();
    }
  }

  #body(
    request: ModelRequest,
    messages: ModelMessage[],
    schema: AnswerSchema | null,
  ): ChatCompletionCreateParamsStreaming {
    const limit = request.maxTokens;
    // OpenAI's reasoning models refuse the old name, most other servers know only that one.
    const own = this.#subject(request).host.endsWith("openai.com");
    return {
      model: this.#subject(request).model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
      ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
      ...(limit === undefined ? {} : own ? { max_completion_tokens: limit } : { max_tokens: limit }),
      ...(schema === null ? {} : { response_format: { type: "json_schema", json_schema: schema.format } }),
    };
  }

  /** What a complete answer is worth: an answer, or what is wrong with its JSON. Throws for refusals and cut JSON. */
  #read(
    collected: Collected,
    schema: AnswerSchema | null,
    { provider, model }: Subject,
    usage: Usage,
  ): { ok: true; answer: ModelAnswer } | { ok: false; problem: string } {
    const { text, refusal, finish } = collected;
    const details = { usage };
    if (finish === "content_filter" || refusal !== "") {
      const why = refusal === "" ? "its content filter stopped it" : refusal.slice(0, 300);
      throw new BatonError("MODEL_REFUSED", `"${model}" of ${provider} refused to answer: ${why}`, { details });
    }
    if (schema === null) {
      if (text.trim() === "")
        throw new BatonError("MODEL_BAD_OUTPUT", `"${model}" answered with nothing.`, { details });
      return { ok: true, answer: { text, value: null, usage, finish: finish === "length" ? "length" : "stop" } };
    }
    if (finish === "length") {
      const message = `The answer of "${model}" was cut at its token limit, so its JSON is not complete. Raise the limit.`;
      throw new BatonError("MODEL_BAD_OUTPUT", message, { details });
    }
    const read = schema.read(text);
    return read.ok ? { ok: true, answer: { text, value: read.value, usage, finish: "stop" } } : read;
  }

  #usage(collected: Collected, messages: ModelMessage[], subject: Subject): Usage {
    const { demo = false, prices = listPrices, log } = this.#options;
    const characters = messages.reduce((sum, message) => sum + message.content.length, 0);
    const tokens = collected.tokens ?? {
      input: estimateTokens(characters),
      output: estimateTokens(collected.text.length),
    };
    if (collected.tokens === null)
      log.warn({ provider: subject.provider }, "the provider sent no usage; it is estimated");
    const price = demo ? null : (priceOf(subject.model, prices) ?? priceOf(collected.model, prices));
    if (price === null && !demo && !this.#unpriced.has(subject.model)) {
      this.#unpriced.add(subject.model);
      log.warn(
        { provider: subject.provider, model: subject.model },
        "no price is known for this model; its cost counts as 0",
      );
    }
    return {
      model: subject.model,
      provider: subject.provider,
      inputTokens: tokens.input,
      outputTokens: tokens.output,
      costUsd: price === null ? 0 : costOf(price, tokens.input, tokens.output),
      demo,
    };
  }

  #subject(request: ModelRequest): Subject {
    const { provider, defaultModel, baseURL, apiKey } = this.#options;
    return { provider, model: request.model ?? defaultModel, host: new URL(baseURL).host, apiKey };
  }
}

function collect(into: Collected, chunk: ChatCompletionChunk, onText: ModelRequest["onText"]): void {
  if (chunk.model) into.model = chunk.model;
  if (chunk.usage) into.tokens = { input: chunk.usage.prompt_tokens, output: chunk.usage.completion_tokens };
  const choice = chunk.choices?.[0];
  if (choice === undefined) return;
  if (choice.delta?.refusal) into.refusal += choice.delta.refusal;
  if (choice.delta?.content) {
    into.text += choice.delta.content;
    onText?.(choice.delta.content);
  }
  if (choice.finish_reason) into.finish = choice.finish_reason;
}

function add(a: Usage, b: Usage): Usage {
  return {
    ...a,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costUsd: a.costUsd + b.costUsd,
  };
}

/** The caller's own reason, where it gave one of ours. */
function stopped(reason: unknown): BatonError {
  if (reason instanceof BatonError) return reason;
  return new BatonError("MODEL_UNAVAILABLE", "The call to the model was stopped.", { cause: reason });
}
