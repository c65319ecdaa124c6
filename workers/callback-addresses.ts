import { isJsonObject, type Json } from "../engine/json.ts";
import { marksIn } from "../engine/run/callbacks.ts";
import type { Mask } from "./mask.ts";

/** The address that ends a step's wait; `key` is the secret part of the marks that stand for a run's. */
export interface CallbackAddress {
  (target: { runId: string; step: string }): string;
  key(runId: string): string;
}

/**
 * Puts the addresses of waits in where a step's input has marks for them. What the step gives has marks in their place again: a later
 * step that hands an address on can do so, and the journal never has one.
 */
export function withAddresses(value: Json, runId: string, address: CallbackAddress, mask: Mask): Json {
  return placed(value, { runId, key: address.key(runId), address, mask });
}

interface Placing {
  runId: string;
  key: string;
  address: CallbackAddress;
  mask: Mask;
}

function placed(value: Json, placing: Placing): Json {
  const { runId, key, address, mask } = placing;
  if (typeof value === "string") {
    // The longest first: the name of one step may begin another's.
    const marks = marksIn(value, runId, key).toSorted((a, b) => b.mark.length - a.mark.length);
    return marks.reduce((text, { mark, step, encoded }) => {
      const plain = address({ runId, step });
      const there = encoded ? encodeURIComponent(plain) : plain;
      mask.swap(there, mark);
      return text.replaceAll(mark, () => there);
    }, value);
  }
  if (Array.isArray(value)) return value.map((each) => placed(each, placing));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, placed(each, placing)]));
}
