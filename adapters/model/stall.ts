/** Aborts when the caller does, or when nothing was heard for too long. */
export class Stall {
  readonly signal: AbortSignal;
  /** The error of the silence that ended the call; undefined while none did. */
  reason: Error | undefined;
  readonly #silence = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.#silence.signal]);
  }

  /** Something was heard: from now on so much silence is allowed, and `error` says what more would mean. */
  allow(ms: number, error: () => Error): void {
    clearTimeout(this.#timer);
    if (this.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.reason = error();
      this.#silence.abort(this.reason);
    }, ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
