/** Bound on memory. A begin that so many others came after, and that is still handed over again, is taken for a new one. */
const mostBegins = 1_000;

/**
 * Tells a step that is begun again, because whoever had begun it died or stopped, from a begin that is handed over again, because its
 * answer is late or its append failed: that one has the id it had before.
 */
export class Begins {
  readonly #ids = new Set<string>();

  /** True for the first time an entry of that id is turned here. */
  isNew(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > mostBegins && oldest !== undefined) this.#ids.delete(oldest);
    return true;
  }
}
