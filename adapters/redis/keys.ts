/**
 * The only place that spells Redis keys and channels. All keys of one run share the hash tag `{runId}`, so that a script which
 * touches several of them stays on one node of a Redis Cluster.
 */
export const runKeys = {
  /** List of mailbox entries (JSON), oldest first. */
  mail: (runId: string): string => `baton:{${runId}}:mail`,
  /** Token of the drainer that holds the run, with an expiry. */
  lease: (runId: string): string => `baton:{${runId}}:lease`,
  /** The run whose lease this key is. */
  runOfLease: (key: string): string => key.slice("baton:{".length, -"}:lease".length),
  /** Hash: `seq` (number of the last event folded in), `json` (the state) and, until it lets go, `held` (the holder's token). */
  hot: (runId: string): string => `baton:{${runId}}:hot`,
} as const;

/** Hash of an organisation's circuit breakers. */
export function breakersKey(orgId: string): string {
  return `baton:breakers:${orgId}`;
}

/** Hashes of money set aside and spent. */
export const purseKeys = {
  run: (runId: string): string => `baton:{${runId}}:purse`,
  month: (orgId: string, month: string): string => `baton:purse:${orgId}:${month}`,
} as const;

/** Sorted set of those that count against a limit. One tag for all of an organisation's, which one script looks at together. */
export function slotsKey(orgId: string, kind: string, name: string): string {
  return `baton:{slots:${orgId}}:${kind}:${name}`;
}

export const channels = {
  abort: "baton:abort",
  ended: "baton:ended",
  /** Says that triggers or listeners are owed something; workers look at once instead of within a second. */
  owed: "baton:owed",
  /** Says by its ticket who may find room at a model's provider now. */
  room: "baton:room",
  acknowledge: (worker: string): string => `baton:ack:${worker}`,
  /** Says which of a worker's runs have mail. */
  mail: (worker: string): string => `baton:mail:${worker}`,
} as const;

/** Present for as long as a worker lives: what health counts. */
export function workerKey(worker: string): string {
  return `baton:worker:${worker}`;
}

/** Hash: the workers of one machine by name. */
export function workersKey(place: string): string {
  return `baton:workers:${place}`;
}

/** What the worker measured, while it lives. */
export function workerReportKey(worker: string): string {
  return `baton:worker-report:${worker}`;
}

export const breakersPattern = "baton:breakers:*";

export const workerKeyPattern = "baton:worker:*";

/**
 * Nothing of a run stays for ever: what expired is folded from the journal again. Seven days is longer than most people
 * take to decide, and short enough that abandoned runs do not fill a Redis that never evicts.
 */
export const keepMs = 7 * 24 * 3_600_000;
