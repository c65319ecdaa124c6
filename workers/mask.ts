import type { ErrorRecord } from "../engine/errors.ts";
import { isJsonObject, type Json } from "../engine/json.ts";
import type { LogLine, Outcome } from "../engine/run/event.ts";

/** What stands in place of a secret. */
const hidden = "••••••";

/**
 * Takes the secrets a step used out of all it gives: a service that repeats its request, or names the key it refuses, must not
 * bring it into the journal, onto a screen or into a model's prompt.
 */
export class Mask {
  /** Each with what stands in its place, the longest first, so that no part of one is left. */
  #secrets: [secret: string, instead: string][] = [];

  /** From now on these texts are hidden. */
  hide(secrets: readonly string[]): void {
    for (const secret of secrets) this.swap(secret, hidden);
  }

  /** From now on this text has another in its place. */
  swap(secret: string, instead: string): void {
    const known = new Map(this.#secrets).set(secret, instead);
    this.#secrets = [...known].toSorted(([a], [b]) => b.length - a.length);
  }

  text(text: string): string {
    return this.#secrets.reduce((rest, [secret, instead]) => rest.replaceAll(secret, () => instead), text);
  }

  json(value: Json): Json {
    if (this.#secrets.length === 0) return value;
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.json(each));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [this.text(key), this.json(each)]));
  }

  outcome(outcome: Outcome): Outcome {
    return this.#secrets.length === 0 ? outcome : { ...outcome, output: this.json(outcome.output) };
  }

  logs(logs: readonly LogLine[]): LogLine[] {
    return logs.map((line) => ({ ...line, message: this.text(line.message) }));
  }

  error(error: ErrorRecord): ErrorRecord {
    if (this.#secrets.length === 0) return error;
    const { details, ...rest } = error;
    return {
      ...rest,
      message: this.text(error.message),
      ...(details === undefined
        ? {}
        : { details: Object.fromEntries(Object.entries(details).map(([key, value]) => [key, this.json(value)])) }),
    };
  }
}
