import { randomUUID } from "node:crypto";
import { z } from "zod";
import { BatonError } from "../../engine/errors.ts";
import type { LeaseState, MailEntry, RunMailbox } from "../../engine/ports/run-mailbox.ts";
import type { RunInput } from "../../engine/run/input.ts";
import type { RunState } from "../../engine/run/state.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { RedisClient } from "./connection.ts";
import { channels, keepMs, runKeys } from "./keys.ts";
import type { PubSub } from "./pub-sub.ts";
import { loadMailboxScripts } from "./scripts.ts";

/** Most entries that one script hands over: a batch of a thousand inputs keeps Redis busy for well under a millisecond. */
const batchLimit = 1_000;

/** Keys that one look for leases goes through: a fraction of a millisecond of Redis' time. */
const scanBatch = 1_000;

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
  /** Lets all leases go that a dead worker holds; gives their runs. Looks at all keys: for the seldom case. */
  release(holder: string): Promise<string[]>;
}

/** Who takes leases, and how it hears of mail. With its name in their tokens another worker can let them go when it is dead. */
export interface Holder {
  name: string;
  pubSub: Pick<PubSub, "subscribe">;
}

const leaseStates: readonly LeaseState[] = ["lost", "held", "mail"];

/** Mailboxes, leases and hot states in Redis; each method but `release` is one script, so one round trip. */
export function createRunMailbox(redis: RedisClient, holder: Holder | null = null): RedisRunMailbox {
  const scripts = loadMailboxScripts(redis);
  return {
    async post(runId, entries) {
      if (entries.length > 0) await scripts.post(runKeys.mail(runId), keepMs, ...entries.map(writeEntry));
    },

    async deliver(runId, entries, leaseMs) {
      const token = `${holder?.name ?? ""}:${randomUUID()}`;
      const reply = await scripts.deliver(
        ...keys(runId),
        token,
        leaseMs,
        keepMs,
        batchLimit,
        channels.mail(""),
        runId,
        ...entries.map(writeEntry),
      );
      if (reply === null) return null;
      const [json, abandoned, ...mail] = replySchema.parse(reply);
      const state = readState(runId, json ?? "");
      return { runId, token, state, abandoned: abandoned === "1", entries: readEntries(mail) };
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

    async renew(leases, leaseMs) {
      if (leases.length === 0) return [];
      const names = leases.flatMap(({ runId }) => [runKeys.lease(runId), runKeys.mail(runId)]);
      const reply = await scripts.renew(names.length, ...names, leaseMs, ...leases.map(({ token }) => token));
      return z
        .array(z.number())
        .parse(reply)
        .map((state) => leaseStates[state] ?? "lost");
    },

    onMail(listener) {
      if (holder === null) return () => undefined;
      return holder.pubSub.subscribe(channels.mail(holder.name), (runId) => {
        if (typeof runId === "string") listener(runId);
      });
    },

    async abandon(lease, entries) {
      const [mail, key] = keys(lease.runId);
      await scripts.abandon(mail, key, lease.token, keepMs, ...entries.map(writeEntry));
    },

    async release(dead) {
      const released: string[] = [];
      let cursor = "0";
      do {
        const [next, names] = await redis.scan(cursor, "MATCH", runKeys.lease("*"), "COUNT", scanBatch);
        cursor = next;
        const gone = await Promise.all(names.map((name) => scripts.release(name, `${dead}:`)));
        released.push(...names.filter((_, index) => gone[index] === 1).map(runKeys.runOfLease));
      } while (cursor !== "0");
      return released;
    },

    async forgetState(runId) {
      await redis.hdel(runKeys.hot(runId), "seq", "json");
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
