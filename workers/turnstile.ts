/**
 * Lets long turns go on one after another, each in its own round of the event loop. If all of them took their slice in the
 * same round, two hundred busy runs would keep locks from being renewed and replies from being read for seconds.
 */
export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #turning = false;

  /** Resolves when it is the caller's turn for another slice. */
  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#turning) return;
      this.#turning = true;
      setImmediate(this.#next);
    });
  }

  readonly #next = (): void => {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(this.#next);
    else this.#turning = false;
  };
}
