import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { Answer } from "./route.ts";
import { HttpRefusal } from "./problem.ts";

export interface IdempotencyStore {
  /**
   * Claims a key for a request: "new" to the one who goes on, "busy" while another works on it, or the answer that was kept.
   * A claim that was never finished (its process died) can be taken over after `staleMs`.
   */
  begin(claim: IdempotencyClaim, staleMs: number): Promise<"new" | "busy" | KeptAnswer>;
  finish(claim: IdempotencyClaim, answer: { status: number; body: Json }): Promise<void>;
  /** Gives a claim up, so that the request can be sent again. */
  abandon(claim: IdempotencyClaim): Promise<void>;
}

export interface IdempotencyClaim {
  orgId: string;
  key: string;
  route: string;
  hash: Uint8Array;
}

export interface KeptAnswer {
  hash: Uint8Array;
  status: number;
  body: Json;
}

const keyForm = /^[\x21-\x7e]{1,255}$/;
const staleMs = 90_000;
const patienceMs = 65_000;

/** The Idempotency-Key header. @throws HttpRefusal 422 for one that cannot be kept */
export function idempotencyKeyOf(header: string | undefined): string | undefined {
  if (header === undefined || keyForm.test(header)) return header;
  throw new HttpRefusal(422, "INPUT_INVALID", "Idempotency-Key must be 1 to 255 printable ASCII characters.", {
    errors: [{ path: "Idempotency-Key", code: "header", message: "must be 1 to 255 printable ASCII characters" }],
  });
}

/**
 * Does a write once for its key: the same request again gets the first one's answer, another request with the same key is
 * refused. Only successes are kept: what failed had no effect and may be tried again.
 */
export async function once(
  store: IdempotencyStore,
  request: { orgId: string; key: string; route: string; body: string },
  replay: (body: Json) => Json,
  work: () => Promise<Answer | Response>,
): Promise<Answer | Response> {
  const hash = createHash("sha256").update(request.body, "utf8").digest();
  const claim = { orgId: request.orgId, key: request.key, route: request.route, hash };
  const kept = await claimOrWait(store, claim);
  if (kept !== "new") {
    if (!hash.equals(kept.hash)) {
      throw new BatonError(
        "CONFLICT",
        "This Idempotency-Key was used with another body. Use a new key for a new request.",
      );
    }
    return { status: kept.status, body: kept.body, headers: { "Idempotency-Replayed": "true" } };
  }
  let answer: Answer | Response;
  try {
    answer = await work();
  } catch (error) {
    await store.abandon(claim);
    throw error;
  }
  if (answer instanceof Response || answer.status >= 300) await store.abandon(claim);
  else
    await store.finish(claim, { status: answer.status, body: replay(JSON.parse(JSON.stringify(answer.body)) as Json) });
  return answer;
}

async function claimOrWait(store: IdempotencyStore, claim: IdempotencyClaim): Promise<"new" | KeptAnswer> {
  const deadline = performance.now() + patienceMs;
  for (let delay = 20; ; delay = Math.min(delay * 2, 500)) {
    const state = await store.begin(claim, staleMs);
    if (state !== "busy") return state;
    if (performance.now() > deadline) {
      throw new BatonError(
        "CONFLICT",
        "The first request with this Idempotency-Key is still at work. Ask again later.",
      );
    }
    await pause(delay);
  }
}
