import { BatonError } from "../../engine/errors.ts";
import type { HttpRequest } from "../../engine/ports/http.ts";

/** What the network's error codes mean to a person; `final` ones do not get better by trying again. */
const meanings: Record<string, { text: string; final?: true }> = {
  ENOTFOUND: { text: "the name could not be found" },
  EAI_AGAIN: { text: "the name could not be looked up at the moment" },
  ECONNREFUSED: { text: "nothing answers there" },
  ECONNRESET: { text: "the connection was cut" },
  EPIPE: { text: "the connection was cut" },
  UND_ERR_SOCKET: { text: "the connection was cut" },
  UND_ERR_CONNECT_TIMEOUT: { text: "the connection took too long to open" },
  EHOSTUNREACH: { text: "there is no way to it" },
  ENETUNREACH: { text: "there is no way to it" },
  CERT_HAS_EXPIRED: { text: "its certificate has expired", final: true },
  DEPTH_ZERO_SELF_SIGNED_CERT: { text: "its certificate is self-signed", final: true },
  SELF_SIGNED_CERT_IN_CHAIN: { text: "its certificate is self-signed", final: true },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { text: "its certificate cannot be verified", final: true },
  ERR_TLS_CERT_ALTNAME_INVALID: { text: "its certificate is for another name", final: true },
  Z_DATA_ERROR: { text: "its answer is damaged and cannot be unpacked" },
  Z_BUF_ERROR: { text: "its answer is damaged and cannot be unpacked" },
};

/** The product's error for anything that a request threw. Addresses are named without their query, which may hold keys. */
export function toBatonError(thrown: unknown, asked: HttpRequest): BatonError {
  const known = findBaton(thrown);
  if (known !== null) return known;
  const target = URL.canParse(asked.url) ? new URL(asked.url).host : "the address";
  if (asked.signal?.aborted === true) {
    return new BatonError("HTTP_FAILED", `The request to ${target} was stopped.`, { cause: thrown });
  }
  const name = thrown instanceof Error ? thrown.name : "";
  const code = codeOf(thrown);
  if (name === "TimeoutError" || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
    return new BatonError("STEP_TIMEOUT", `${target} did not answer within ${asked.timeoutMs} ms.`, { cause: thrown });
  }
  const meaning = meanings[code];
  const text = meaning?.text ?? "the connection failed";
  const options = { cause: thrown, ...(meaning?.final === true ? { retryable: false } : {}) };
  return new BatonError("HTTP_FAILED", `The request to ${target} failed: ${text}.`, options);
}

/** Undici and Node wrap what the connector threw, sometimes in a list of attempts. */
function* causes(thrown: unknown, depth = 0): Generator<Error> {
  if (!(thrown instanceof Error) || depth > 5) return;
  yield thrown;
  yield* causes(thrown.cause, depth + 1);
  if (thrown instanceof AggregateError) for (const error of thrown.errors) yield* causes(error, depth + 1);
}

function findBaton(thrown: unknown): BatonError | null {
  for (const error of causes(thrown)) if (error instanceof BatonError) return error;
  return null;
}

function codeOf(thrown: unknown): string {
  for (const error of causes(thrown)) {
    if ("code" in error && typeof error.code === "string" && error.code in meanings) return error.code;
  }
  return "";
}
