import { APIConnectionTimeoutError, APIError } from "openai";
import { BatonError } from "../../engine/errors.ts";

/** Whom an error is about; nothing here is secret. */
export interface Subject {
  provider: string;
  model: string;
  /** Host of the base URL. */
  host: string;
  apiKey: string;
}

/** The product's error for anything that a call to a provider threw. It never carries a key. */
export function toModelError(thrown: unknown, subject: Subject): BatonError {
  const known = findBaton(thrown);
  if (known !== null) return known;
  if (!(thrown instanceof APIError)) {
    const text = thrown instanceof SyntaxError ? "sent a damaged answer" : "broke off the answer";
    return unavailable(subject, text, thrown);
  }
  const { provider, model, host } = subject;
  const kind = `${thrown.type ?? ""} ${thrown.code ?? ""}`;
  const status = thrown.status ?? statusOf(kind);
  const options = { cause: thrown };

  if (status === 401 || status === 403) {
    const message = `${provider} (${host}) does not accept the API key. Check the key and the base URL of this provider.`;
    return new BatonError("MODEL_NOT_CONFIGURED", message, options);
  }
  if (/insufficient_quota|billing/.test(kind) || status === 402) {
    const message = `The account at ${provider} has no credit left. Add some there, or choose another provider.`;
    return new BatonError("MODEL_NOT_CONFIGURED", message, options);
  }
  if (status === 404) {
    const message = `${provider} (${host}) has no model "${model}". Choose another model, or check the base URL.`;
    return new BatonError("MODEL_NOT_CONFIGURED", message, options);
  }
  if (status === 429) {
    const retryAfterMs = retryAfter(thrown.headers);
    const message = `${provider} limits how often "${model}" may be asked. The step is tried again later.`;
    return new BatonError("MODEL_RATE_LIMITED", message, { ...options, retryAfterMs });
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 409) {
    const message = `${provider} rejected the request to "${model}": ${safe(thrown, subject)}`;
    return new BatonError("MODEL_REFUSED", message, options);
  }
  if (thrown instanceof APIConnectionTimeoutError) return unavailable(subject, "did not answer in time", thrown);
  const text = status === undefined ? "cannot be reached or broke off" : `answered with status ${status}`;
  return unavailable(subject, text, thrown, retryAfter(thrown.headers));
}

/** MODEL_UNAVAILABLE: it may work when tried again. */
export function unavailable(subject: Subject, what: string, cause?: unknown, retryAfterMs?: number): BatonError {
  return new BatonError("MODEL_UNAVAILABLE", `${subject.provider} (${subject.host}) ${what}.`, { cause, retryAfterMs });
}

/** Providers report errors in the middle of a stream without a status. */
function statusOf(kind: string): number | undefined {
  if (/rate_limit/.test(kind)) return 429;
  if (/authentication|invalid_api_key|permission/.test(kind)) return 401;
  return /invalid_request|context_length/.test(kind) ? 400 : undefined;
}

/** Milliseconds from `retry-after-ms`, or from `retry-after` in seconds or as a date. */
export function retryAfter(headers: Headers | undefined): number | undefined {
  const precise = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (precise >= 0) return precise;
  const text = headers?.get("retry-after");
  if (text === null || text === undefined || text === "") return undefined;
  const seconds = Number(text);
  if (seconds >= 0) return seconds * 1000;
  const until = Date.parse(text) - Date.now();
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}

/** The provider's own words, short and with whatever looks like a key taken out. */
function safe(error: APIError, { apiKey }: Subject): string {
  const words = error.message.replace(/^\d{3} /, "").replaceAll(/\s+/g, " ");
  const hidden = apiKey.length < 4 ? words : words.replaceAll(apiKey, "…");
  return hidden.replaceAll(/\b(sk|key|pk|rk)[-_][\w*-]{6,}/gi, "…").slice(0, 400);
}

function findBaton(thrown: unknown): BatonError | null {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 6; error = error.cause, depth++) {
    if (error instanceof BatonError) return error;
  }
  return null;
}
