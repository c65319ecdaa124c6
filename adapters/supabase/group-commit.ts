/** One thing to be written, with the text that goes over the wire. */
interface Waiting<T> {
  item: T;
  bytes: number;
  resolve: (result: string | null) => void;
  reject: (error: unknown) => void;
}

export interface GroupCommitOptions<T> {
  /** Writes all items in one statement; gives for each, in order, null or the SQLSTATE that refused it. */
  write(items: T[]): Promise<(string | null)[]>;
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
export class GroupCommit<T> {
  readonly #options: GroupCommitOptions<T>;
  #waiting: Waiting<T>[] = [];
  #inFlight = 0;
  #scheduled = false;

  constructor(options: GroupCommitOptions<T>) {
    this.#options = options;
  }

  /** Resolves null when written, else the SQLSTATE that refused this item. Rejects when nobody can tell. */
  add(item: T, bytes: number): Promise<string | null> {
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
      while (this.#waiting.length > 0 && this.#inFlight < this.#options.lanes) void this.#send(this.#next());
    });
  }

  #next(): Waiting<T>[] {
    let bytes = 0;
    let count = 0;
    for (const one of this.#waiting) {
      bytes += one.bytes;
      if (count > 0 && (bytes > this.#options.maxBytes || count >= this.#options.maxItems)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(group: Waiting<T>[]): Promise<void> {
    this.#inFlight += 1;
    try {
      const results = await this.#options.write(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => resolve(results[index] ?? null));
    } catch (error) {
      if (group.length > 1 && this.#options.isRefusal(error)) await this.#sendSingly(group);
      else for (const { reject } of group) reject(error);
    } finally {
      this.#inFlight -= 1;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  /** One item spoiled the statement for all (JSON that the database cannot read): only that one is to suffer. */
  async #sendSingly(group: Waiting<T>[]): Promise<void> {
    for (const { item, resolve, reject } of group) {
      await this.#options.write([item]).then(([result]) => resolve(result ?? null), reject);
    }
  }
}
