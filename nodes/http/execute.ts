import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { asText } from "../../engine/workflow/resolve.ts";
import type { Execute } from "../define-node.ts";
import { httpConfigSchema } from "./definition.ts";

const largestAnswerBytes = 10_000_000;
const defaultTimeoutMs = 60_000;

export const executeHttp: Execute = async (context, input) => {
  const config = httpConfigSchema.safeParse(input);
  if (!config.success) {
    throw new BatonError(
      "INPUT_INVALID",
      `The request cannot be made: ${config.error.issues[0]?.message ?? "its settings are wrong"}.`,
    );
  }
  const { method, headers, body } = config.data;
  const hasBody = body !== null && method !== "GET" && method !== "HEAD";
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const credential = config.data.credential === null ? undefined : await context.credential(config.data.credential);
  const response = await context.http.send({
    method,
    url: withQuery(config.data.url, config.data.query),
    headers: {
      ...(hasBody && typeof body !== "string" ? { "content-type": "application/json" } : {}),
      ...headers,
      "idempotency-key": context.idempotencyKey,
    },
    ...(hasBody ? { body: text } : {}),
    ...(credential === undefined ? {} : { credential }),
    timeoutMs: defaultTimeoutMs,
    maxBytes: largestAnswerBytes,
    signal: context.signal,
  });
  if (config.data.failOnStatus && response.status >= 400)
    throw statusError(response.status, response.headers, response.body);
  return {
    output: {
      status: response.status,
      headers: response.headers,
      body: readBody(config.data.answer, response.headers["content-type"] ?? "", response.body),
    },
  };
};

function withQuery(url: string, query: Record<string, Json>): string {
  const entries = Object.entries(query).filter(([, value]) => value !== null);
  if (entries.length === 0) return url;
  const parameters = new URLSearchParams(entries.map(([name, value]) => [name, asText(value)]));
  return `${url}${url.includes("?") ? "&" : "?"}${parameters}`;
}

function readBody(answer: "auto" | "json" | "text", type: string, body: string): Json {
  if (answer === "text" || (answer === "auto" && !/[/+]json\b/.test(type))) return body;
  try {
    const value: Json = JSON.parse(body);
    return value;
  } catch (cause) {
    if (answer === "auto" && body.trim() === "") return null;
    throw new BatonError("HTTP_FAILED", "The answer is not JSON.", {
      retryable: false,
      cause,
      details: { start: body.slice(0, 200) },
    });
  }
}

/** 408, 425, 429 and 5xx are worth another try; other statuses would answer the same again. */
function statusError(status: number, headers: Record<string, string>, body: string): BatonError {
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500;
  const seconds = Number(headers["retry-after"]);
  return new BatonError("HTTP_STATUS", `The address answered with status ${status}.`, {
    retryable,
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {}),
    details: { status, body: body.slice(0, 1_000) },
  });
}
