import { randomUUID } from "node:crypto";
import { z } from "zod";
import { BatonError } from "../../engine/errors.ts";
import type { Lease, MailEntry, RunMailbox } from "../../engine/ports/run-mailbox.ts";
import type { RunInput } from "../../engine/run/input.ts";
import type { RunState } from "../../engine/run/state.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { RedisClient } from "./connection.ts";
import { keepMs, runKeys } from "./keys.ts";
import { loadMailboxScripts } from "./scripts.ts";

/** Most entries that one script hands over: a batch of a thousand inputs keeps Redis busy for well under a millisecond. */
const batchLimit = 1_000;

/** Largest state of a run, in bytes of JSON. */
const stateLimit = 32 * 1024 * 1024;

const replySchema = z.array(z.string());

/** The envelope only: an input is told by `type`, and the engine ignores what does not fit. */
const entrySchema = z.object({
  id: z.string(),
  input: z.custom<RunInput>((value) => typeof value === "object" && value !== null && "type" in value),
  signal: z.number().optional(),
  replyTo: z.string().optional(),
});

export interface RedisRunMailbox extends RunMailbox {
  /** Prolongs the lease and takes what came in, keeping the lease even when there is nothing. Null when it was lost. */
  take(lease: Lease, leaseMs: number): Promise<MailEntry[] | null>;
  /** Lets a lease go that a dead worker holds. False when it was not its. */
  release(runId: string, holder: string): Promise<boolean>;
}

/**
 * Mailboxes, leases and hot states in Redis; each method is one script, so one round trip.
 * @param holder who takes leases here: with it in their tokens, another worker can let them go when this one is dead
 */
export function createRunMailbox(redis: RedisClient, holder = ""): RedisRunMailbox {
  const scripts = loadMailboxScripts(redis);
  return {
    async post(runId, entries) {
      if (entries.length > 0) await scripts.post(runKeys.mail(runId), keepMs, ...entries.map(writeEntry));
    },

    async deliver(runId, entries, leaseMs) {
      const token = `${holder}:${randomUUID()}`;
      const reply = await scripts.deliver(
        ...keys(runId),
        token,
        leaseMs,
        keepMs,
        batchLimit,
        ...entries.map(writeEntry),
      );
      if (reply === null) return null;
      const [json, ...mail] = replySchema.parse(reply);
      return { runId, token, state: readState(runId, json ?? ""), entries: readEntries(mail) };
    },

    async settle(lease, state, leaseMs) {
      const { mode, seq, json } = writeState(state);
      const reply = await scripts.settle(
        ...keys(lease.runId),
        lease.token,
        leaseMs,
        keepMs,
        batchLimit,
        mode,
        seq,
        json,
      );
      return reply === null ? null : readEntries(replySchema.parse(reply));
    },

    async take(lease, leaseMs) {
      const [mail, key] = keys(lease.runId);
      const reply = await scripts.take(mail, key, lease.token, leaseMs, batchLimit);
      return reply === null ? null : readEntries(replySchema.parse(reply));
    },

    async renew(lease, leaseMs) {
      const [mail, key] = keys(lease.runId);
      return (await scripts.take(mail, key, lease.token, leaseMs, 0)) !== null;
    },

    async abandon(lease, entries) {
      const [mail, key] = keys(lease.runId);
      await scripts.abandon(mail, key, lease.token, keepMs, ...entries.map(writeEntry));
    },

    async release(runId, dead) {
      return (await scripts.release(runKeys.lease(runId), `${dead}:`)) === 1;
    },

    async forget(runId) {
      await redis.del(...keys(runId));
    },
  };
}

function keys(runId: string): [mail: string, lease: string, hot: string] {
  return [runKeys.mail(runId), runKeys.lease(runId), runKeys.hot(runId)];
}

function writeEntry(entry: MailEntry): string {
  return JSON.stringify(entry);
}

function readEntries(mail: string[]): MailEntry[] {
  return mail.map((text) => entrySchema.parse(JSON.parse(text)));
}

/** An ended run needs no hot state: nothing turns it any more, and a retry folds it from the journal. */
function writeState(state: RunState | null): { mode: "write" | "drop" | "none"; seq: number; json: string } {
  if (state === null) return { mode: "none", seq: 0, json: "" };
  if (isRunEnded(state.status)) return { mode: "drop", seq: state.seq, json: "" };
  const json = JSON.stringify(state);
  if (json.length > stateLimit) {
    throw new BatonError(
      "STATE_TOO_LARGE",
      `The run holds ${Math.ceil(json.length / 1024 / 1024)} MB of results, more than the ${stateLimit / 1024 / 1024} MB a run may hold. ` +
        "Keep less in its steps' outputs, or split the work into several workflows.",
    );
  }
  return { mode: "write", seq: state.seq, json };
}

/** A state that is damaged or of another release counts as lost: the journal has all of it. */
function readState(runId: string, json: string): RunState | null {
  if (json === "") return null;
  const state = JSON.parse(json) as RunState;
  return state.schema === 1 && state.runId === runId ? state : null;
}
