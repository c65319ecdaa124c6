/**
 * Answers remembered for a short, fixed time: how long a right that was taken away may still work in this process.
 * Bounded: the oldest goes first. Answers under way are shared, so that a burst asks the database once.
 */
export class Recent<T> {
  readonly #entries = new Map<string, { until: number; answer: Promise<T> }>();
  readonly #forMs: number;
  readonly #most: number;
  readonly #now: () => number;

  constructor(forMs: number, most: number, now: () => number) {
    this.#forMs = forMs;
    this.#most = most;
    this.#now = now;
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known !== undefined && known.until > this.#now()) return known.answer;
    const answer = ask();
    this.#entries.delete(key);
    this.#entries.set(key, { until: this.#now() + this.#forMs, answer });
    if (this.#entries.size > this.#most) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    // A question that failed is asked again at once, not remembered as failed.
    answer.catch(() => this.forget(key));
    return answer;
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
