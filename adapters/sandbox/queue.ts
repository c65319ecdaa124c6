/** A queue that takes turns between keys: one run with ten thousand expressions does not hold up another's one. */
export class Queue<T> {
  readonly #waiting = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: string, item: T): void {
    this.#size++;
    const items = this.#waiting.get(key);
    if (items === undefined) this.#waiting.set(key, [item]);
    else items.push(item);
  }

  /** The next item of the key whose turn it is, which then goes to the end of the line. */
  take(): T | undefined {
    const first = this.#waiting.entries().next().value;
    if (first === undefined) return undefined;
    const [key, items] = first;
    const item = items.shift();
    this.#size--;
    this.#waiting.delete(key);
    if (items.length > 0) this.#waiting.set(key, items);
    return item;
  }
}
