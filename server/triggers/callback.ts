import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { callbackEvent } from "../../engine/run/listeners.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { Caller } from "../auth/caller.ts";
import { announce, type ControlParts } from "../runs/control-run.ts";
import { findRun } from "../runs/get-run.ts";
import type { RunStore } from "../runs/ports.ts";
import type { CallbackSigner } from "./callback-token.ts";

export interface CallbackStore {
  /** Writes down what a call says, once for its id. */
  tell(call: {
    runId: string;
    id: string;
    name: string;
    key: string;
    payload: Json;
  }): Promise<{ outcome: "told"; signal: number } | { outcome: "repeated" } | { outcome: "over" }>;
}

/** Where a call of this token comes in. */
export function callbackUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/api/hooks/callback/${token}`;
}

/** The address that ends a step's wait, once. Who may control a run may hand it out. @throws BatonError NOT_FOUND, CONFLICT */
export async function callbackAddress(
  parts: { runs: Pick<RunStore, "get">; callbacks: CallbackSigner; publicUrl: string },
  caller: Caller,
  runId: string,
  step: string,
): Promise<{ url: string }> {
  const run = await findRun(parts.runs, caller, runId);
  if (isRunEnded(run.status)) throw new BatonError("CONFLICT", `The run is ${run.status}; nothing in it waits.`);
  return { url: callbackUrl(parts.publicUrl, parts.callbacks.sign({ runId, step })) };
}

/** Tells a waiting step what a call of its address says. Good once, and as long as the run goes on. @throws BatonError */
export async function receiveCallback(
  parts: Pick<ControlParts, "mailbox" | "queue" | "log"> & { callbacks: CallbackSigner; callbackCalls: CallbackStore },
  token: string,
  payload: Json,
): Promise<{ runId: string }> {
  const target = parts.callbacks.open(token);
  if (target === null) throw new BatonError("NOT_FOUND", "There is nothing at this address. Check that it is whole.");
  const { runId, step } = target;
  const event = { id: `callback ${step}`, name: callbackEvent, key: step, payload };
  const told = await parts.callbackCalls.tell({ runId, ...event });
  if (told.outcome === "over") throw new BatonError("CONFLICT", "What waited for this call has ended.");
  if (told.outcome === "repeated") throw new BatonError("CONFLICT", "This address was used before; it is good once.");
  announce(parts, { id: runId, priority: 0 }, { input: { type: "event-received", ...event }, signal: told.signal });
  return { runId };
}
