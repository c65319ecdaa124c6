import { AsyncLocalStorage } from "node:async_hooks";

/** One thing to be written, with the text that goes over the wire. */
interface Waiting<T, R> {
  item: T;
  bytes: number;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

export interface GroupCommitOptions<T, R> {
  /** Writes all items in one statement; gives what became of each, in order. */
  write(items: T[]): Promise<R[]>;
  /** True when the statement failed for a reason that one of its items may have caused (and not the connection). */
  isRefusal(error: unknown): boolean;
  maxItems: number;
  maxBytes: number;
  /** Statements in flight at once. */
  lanes: number;
}

/**
 * Group commit: what is asked for while a statement is in flight goes out together in the next one. One item alone goes out
 * at once; a thousand runs share a commit, which costs the disk the same as one.
 */
export class GroupCommit<T, R> {
  readonly #options: GroupCommitOptions<T, R>;
  #waiting: Waiting<T, R>[] = [];
  #inFlight = 0;
  #scheduled = false;
  /** What is written for many is on nobody's behalf: it must not wait because the one who happened to come first must. */
  readonly #forAll = AsyncLocalStorage.snapshot();

  constructor(options: GroupCommitOptions<T, R>) {
    this.#options = options;
  }

  /** What became of this item. Rejects when nobody can tell. */
  add(item: T, bytes: number): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, bytes, resolve, reject });
      this.#schedule();
    });
  }

  /** After the current phase of the event loop: whoever else is woken by the same reply still gets on. */
  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= this.#options.lanes) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#inFlight < this.#options.lanes)
        this.#forAll(() => void this.#send(this.#next()));
    });
  }

  #next(): Waiting<T, R>[] {
    let bytes = 0;
    let count = 0;
    for (const one of this.#waiting) {
      bytes += one.bytes;
      if (count > 0 && (bytes > this.#options.maxBytes || count >= this.#options.maxItems)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(group: Waiting<T, R>[]): Promise<void> {
    this.#inFlight += 1;
    try {
      const results = await this.#options.write(group.map(({ item }) => item));
      if (results.length !== group.length) throw new TypeError("A group commit answers for each of its items.");
      results.forEach((result, index) => group[index]?.resolve(result));
    } catch (error) {
      if (group.length > 1 && this.#options.isRefusal(error)) await this.#sendSingly(group);
      else for (const { reject } of group) reject(error);
    } finally {
      this.#inFlight -= 1;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  /** One item spoiled the statement for all (JSON that the database cannot read): only that one is to suffer. */
  async #sendSingly(group: Waiting<T, R>[]): Promise<void> {
    for (const { item, resolve, reject } of group) {
      await this.#options.write([item]).then((results) => results.forEach(resolve), reject);
    }
  }
}

/** Errors about what was sent (data, limits, statement), as opposed to a database that is away or shutting down. */
export function isRefusal(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  return typeof code === "string" && /^(?:22|23|42|54|P0|XX)/.test(code) && code.length === 5;
}
