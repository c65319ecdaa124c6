import type { MailEntry } from "../engine/ports/run-mailbox.ts";

/** What came in for a run that is held here and is not turned yet. One party may wait for more. */
export class Inbox {
  #entries: MailEntry[];
  #stopWaiting: (() => void) | null = null;

  constructor(entries: MailEntry[]) {
    this.#entries = entries;
  }

  /** All of it, and what comes later too. */
  get entries(): readonly MailEntry[] {
    return this.#entries;
  }

  get isWaitedFor(): boolean {
    return this.#stopWaiting !== null;
  }

  /** Replaces what is in here. */
  fill(entries: MailEntry[]): void {
    this.#entries.splice(0, this.#entries.length, ...entries);
  }

  push(...entries: MailEntry[]): void {
    this.#entries.push(...entries);
    if (entries.length > 0) this.interrupt();
  }

  /** Puts entries first in line. */
  unshift(...entries: MailEntry[]): void {
    this.#entries.unshift(...entries);
  }

  shift(): MailEntry | undefined {
    return this.#entries.shift();
  }

  /** Takes everything out. */
  empty(): MailEntry[] {
    return this.#entries.splice(0);
  }

  /** Resolves when something is in here, when it is interrupted, or after `ms`. */
  async wait(ms: number): Promise<void> {
    if (this.#entries.length > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#stopWaiting = resolve;
    await promise;
    this.#stopWaiting = null;
    clearTimeout(timer);
  }

  /** Whoever waits goes on at once. */
  interrupt(): void {
    this.#stopWaiting?.();
  }
}
