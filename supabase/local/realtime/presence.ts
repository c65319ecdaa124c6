import { randomBytes } from "node:crypto";

/** One presence as clients see it; realtime-js renames phx_ref to presence_ref. */
type Meta = Record<string, unknown> & { phx_ref: string };
export type PresenceState = Record<string, { metas: Meta[] }>;
export interface PresenceDiff {
  joins: PresenceState;
  leaves: PresenceState;
}

interface Entry {
  key: string;
  meta: Meta;
}

/** Changes are told together: 500 people who lose their network at once are one message, not 500. */
const GATHER_MS = 20;

/** Who is present in one topic. A member has at most one presence; several members may share a key. */
export class PresenceRoll {
  private readonly entries = new Map<object, Entry>();
  private joins = new Map<string, Entry>();
  private leaves = new Map<string, Entry>();
  private timer: NodeJS.Timeout | null = null;
  /** Clients compare references across reconnects, so those of an earlier roll must not come again. */
  private readonly prefix = randomBytes(6).toString("base64url");
  private count = 0;
  private readonly tell: (diff: PresenceDiff) => void;

  constructor(tell: (diff: PresenceDiff) => void) {
    this.tell = tell;
  }

  /** Enters a member or changes what it tells of itself. */
  track(member: object, key: string, payload: Record<string, unknown>): void {
    const before = this.entries.get(member);
    if (before) this.gone(before);
    this.count += 1;
    const previous = before ? { phx_ref_prev: before.meta.phx_ref } : {};
    const entry: Entry = { key, meta: { ...payload, ...previous, phx_ref: `${this.prefix}${String(this.count)}` } };
    this.entries.set(member, entry);
    this.joins.set(entry.meta.phx_ref, entry);
    this.gather();
  }

  remove(member: object): void {
    const entry = this.entries.get(member);
    if (!entry) return;
    this.entries.delete(member);
    this.gone(entry);
    this.gather();
  }

  /** Everybody present, for one who has just come; what was not yet told to the others is told first. */
  state(): PresenceState {
    this.flush();
    return group(this.entries.values());
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  /** A presence that nobody has heard of yet goes without a word. */
  private gone(entry: Entry): void {
    if (!this.joins.delete(entry.meta.phx_ref)) this.leaves.set(entry.meta.phx_ref, entry);
  }

  private gather(): void {
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  private flush(): void {
    this.close();
    if (this.joins.size === 0 && this.leaves.size === 0) return;
    const diff = { joins: group(this.joins.values()), leaves: group(this.leaves.values()) };
    this.joins = new Map();
    this.leaves = new Map();
    this.tell(diff);
  }
}

function group(entries: Iterable<Entry>): PresenceState {
  // Keys are chosen by clients: without a prototype none of them means anything special.
  const state: PresenceState = Object.create(null) as PresenceState;
  for (const { key, meta } of entries) {
    const presence = (state[key] ??= { metas: [] });
    presence.metas.push(meta);
  }
  return state;
}
