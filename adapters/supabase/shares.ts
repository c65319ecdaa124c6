/** An organisation may hold so many times as many as are free: of twenty fifteen, and who comes after it four of the other five. */
const timesTheFree = 3;

/**
 * Shares connections among organisations: one that wants many waits for its own, and leaves some to those that come after it. Who has none
 * is never kept from its first.
 */
export class Shares {
  readonly #most: number;
  #taken = 0;
  readonly #held = new Map<string, number>();
  /** Those who wait, by organisation; the one that was served last stands at the end. */
  readonly #waiting = new Map<string, Set<() => void>>();

  /** @param most connections that there are */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Calls `give` once there is one for the organisation: at once, or when others give theirs back. What is on nobody's behalf (null) does
   * not wait. Returns how to wait no longer, or null for one who was given it at once.
   */
  take(orgId: string | null, give: () => void): (() => void) | null {
    if (orgId === null || this.#mayTake(orgId)) {
      this.#count(orgId, 1);
      give();
      return null;
    }
    const waiting = this.#waiting.get(orgId) ?? new Set();
    this.#waiting.set(orgId, waiting);
    waiting.add(give);
    return () => this.#forget(orgId, give);
  }

  giveBack(orgId: string | null): void {
    this.#count(orgId, -1);
    while (this.#serveNext());
  }

  /** Gives one to the first who waits and may have it; false when there is nobody. */
  #serveNext(): boolean {
    for (const [next, waiting] of this.#waiting) {
      const [give] = waiting;
      if (give === undefined || !this.#mayTake(next)) continue;
      this.#waiting.delete(next);
      this.#waiting.set(next, waiting);
      this.#forget(next, give);
      this.#count(next, 1);
      give();
      return true;
    }
    return false;
  }

  #mayTake(orgId: string): boolean {
    const held = this.#held.get(orgId) ?? 0;
    return held === 0 || held < timesTheFree * (this.#most - this.#taken);
  }

  #count(orgId: string | null, by: number): void {
    this.#taken += by;
    if (orgId === null) return;
    const held = (this.#held.get(orgId) ?? 0) + by;
    if (held === 0) this.#held.delete(orgId);
    else this.#held.set(orgId, held);
  }

  #forget(orgId: string, give: () => void): void {
    const waiting = this.#waiting.get(orgId);
    waiting?.delete(give);
    if (waiting?.size === 0) this.#waiting.delete(orgId);
  }
}
