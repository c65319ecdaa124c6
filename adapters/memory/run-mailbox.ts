import { randomUUID } from "node:crypto";
import { BatonError } from "../../engine/errors.ts";
import type { Lease, MailEntry, RunMailbox } from "../../engine/ports/run-mailbox.ts";
import type { RunState } from "../../engine/run/state.ts";
import { isRunEnded } from "../../engine/run/status.ts";

const stateLimit = 32 * 1024 * 1024;

interface Box {
  mail: string[];
  lease: { token: string; until: number } | null;
  /** Token of the last holder, until it lets go. */
  held: string | null;
  hot: { seq: number; json: string } | null;
}

export interface MemoryRunMailbox extends RunMailbox {
  /** Loses everything, as FLUSHALL does. */
  flush(): void;
}

/** Mailboxes in this process. Entries and states go through JSON, so that nobody shares an object by accident. */
export function createMemoryMailbox(now: () => number = () => Date.now()): MemoryRunMailbox {
  const boxes = new Map<string, Box>();
  const box = (runId: string): Box => {
    const known = boxes.get(runId);
    if (known !== undefined) return known;
    const made: Box = { mail: [], lease: null, held: null, hot: null };
    boxes.set(runId, made);
    return made;
  };
  const listeners = new Set<(runId: string) => void>();
  const holds = (lease: Lease): boolean => {
    const held = box(lease.runId).lease;
    return held !== null && held.token === lease.token && held.until > now();
  };
  const takeMail = (runId: string): MailEntry[] =>
    box(runId)
      .mail.splice(0)
      .map((text) => JSON.parse(text) as MailEntry);
  const push = (runId: string, entries: MailEntry[]): void => {
    box(runId).mail.push(...entries.map((entry) => JSON.stringify(entry)));
  };

  return {
    async post(runId, entries) {
      push(runId, entries);
    },
    async deliver(runId, entries, leaseMs) {
      push(runId, entries);
      const { lease, hot } = box(runId);
      if (lease !== null && lease.until > now()) {
        if (box(runId).mail.length > 0) for (const hear of listeners) hear(runId);
        return null;
      }
      const token = randomUUID();
      const abandoned = box(runId).held !== null;
      box(runId).held = token;
      box(runId).lease = { token, until: now() + leaseMs };
      const state = hot === null ? null : (JSON.parse(hot.json) as RunState);
      return { runId, token, state, abandoned, entries: takeMail(runId) };
    },
    async settle(lease, state, leaseMs) {
      const json = state === null || isRunEnded(state.status) ? "" : JSON.stringify(state);
      if (json.length > stateLimit)
        throw new BatonError("STATE_TOO_LARGE", "The run holds more than 32 MB of results.");
      if (!holds(lease)) return null;
      const kept = box(lease.runId);
      if (state !== null && (kept.hot?.seq ?? -1) <= state.seq) {
        if (isRunEnded(state.status)) kept.hot = null;
        else if ((kept.hot?.seq ?? -1) < state.seq) kept.hot = { seq: state.seq, json };
      }
      const entries = takeMail(lease.runId);
      kept.lease = entries.length === 0 ? null : { token: lease.token, until: now() + leaseMs };
      if (entries.length === 0) kept.held = null;
      return entries;
    },
    async take(lease, leaseMs) {
      if (!holds(lease)) return null;
      box(lease.runId).lease = { token: lease.token, until: now() + leaseMs };
      return takeMail(lease.runId);
    },
    async renew(leases, leaseMs) {
      return leases.map((lease) => {
        if (!holds(lease)) return "lost";
        box(lease.runId).lease = { token: lease.token, until: now() + leaseMs };
        return box(lease.runId).mail.length > 0 ? "mail" : "held";
      });
    },
    onMail(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async abandon(lease, entries) {
      const kept = box(lease.runId);
      kept.mail.unshift(...entries.map((entry) => JSON.stringify(entry)));
      if (kept.lease?.token === lease.token) kept.lease = null;
    },
    async forgetState(runId) {
      box(runId).hot = null;
    },
    async forget(runId) {
      boxes.delete(runId);
    },
    flush() {
      boxes.clear();
    },
  };
}
