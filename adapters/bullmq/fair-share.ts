/**
 * Fairness between organisations without a queue for each: whoever hands over more than its pace goes further back, by as much as it is
 * ahead of it. One that comes now and then is always at the front, whatever stands in the queue.
 * Each process keeps its own account, so this costs no command: with several processes the paces add up, for all alike.
 */
export class FairShare {
  /** By organisation: when it would have been done with all it handed over, at its pace. */
  readonly #until = new Map<string, number>();
  readonly #paceMs: number;
  readonly #now: () => number;

  /** @param paceMs time that one job is meant to take of an organisation's share */
  constructor(paceMs = 20, now: () => number = () => performance.now()) {
    this.#paceMs = paceMs;
    this.#now = now;
  }

  /** How many jobs the organisation is ahead of its pace; counts this one. */
  take(orgId: string): number {
    const now = this.#now();
    const until = Math.max(now, this.#until.get(orgId) ?? 0);
    if (this.#until.size >= 10_000) this.#forget(now);
    this.#until.set(orgId, until + this.#paceMs);
    return Math.floor((until - now) / this.#paceMs);
  }

  #forget(now: number): void {
    for (const [orgId, until] of this.#until) if (until <= now) this.#until.delete(orgId);
  }
}
