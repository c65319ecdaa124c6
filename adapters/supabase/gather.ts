/** Single reads that are asked for in one tick, answered by one query. */
export class Gather<T> {
  readonly #read: (keys: string[]) => Promise<Map<string, T>>;
  #waiting = new Map<string, { resolve: (value: T | null) => void; reject: (error: unknown) => void }[]>();

  constructor(read: (keys: string[]) => Promise<Map<string, T>>) {
    this.#read = read;
  }

  get(key: string): Promise<T | null> {
    if (this.#waiting.size === 0) setImmediate(() => void this.#send());
    return new Promise((resolve, reject) => {
      const callers = this.#waiting.get(key);
      if (callers === undefined) this.#waiting.set(key, [{ resolve, reject }]);
      else callers.push({ resolve, reject });
    });
  }

  async #send(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = new Map();
    try {
      const found = await this.#read([...asked.keys()]);
      for (const [key, callers] of asked) for (const { resolve } of callers) resolve(found.get(key) ?? null);
    } catch (error) {
      for (const callers of asked.values()) for (const { reject } of callers) reject(error);
    }
  }
}
