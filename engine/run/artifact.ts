import { isJsonObject, weigh, type Json } from "../json.ts";
import type { EventBody } from "./event.ts";

/** Bytes of JSON that a value may have inline, in events and in the state. */
export const inlineBytes = 256 * 1024;

/**
 * Stands in events and in the state for a value that is too large to travel inline. The value itself is kept with its run, under
 * `$artifact`, the SHA-256 digest of its JSON in hexadecimal. The rest says what it is to people who have not asked for it.
 */
export interface ArtifactReference {
  $artifact: string;
  bytes: number;
  kind: "text" | "list" | "object";
  /** Characters of a text, items of a list, fields of an object. */
  length: number;
}

/** Largest value of a step, in bytes of JSON. */
const mostBytes = 10 * 1024 * 1024;
const digest = /^[0-9a-f]{64}$/;

/** The JSON of a value that is too large to travel inline; null for any other. */
export function largeJson(value: Json): string | null {
  // Most values are small, which shows without writing them out: no character takes more than six bytes.
  if (weigh(value, inlineBytes / 6) <= inlineBytes / 6) return null;
  const json = JSON.stringify(value);
  return json.length > inlineBytes || bytesOf(json) > inlineBytes ? json : null;
}

/** Bytes of a text in UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // Half of a pair is two of its four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return bytes;
}

/** Whether a value stands for one that is kept apart. Only who has its run's values can tell that it is not a stranger's imitation. */
export function isReference(value: Json | undefined): value is ArtifactReference & { [key: string]: Json } {
  return isJsonObject(value) && typeof value["$artifact"] === "string" && digest.test(value["$artifact"]);
}

/** Bytes that a value takes where it is kept. A stranger's imitation may say anything, and counts as no more than the largest. */
export function artifactBytes({ bytes }: ArtifactReference): number {
  return typeof bytes === "number" && bytes >= 0 ? Math.min(bytes, mostBytes) : mostBytes;
}

/** Adds the ids of all values that are kept apart and that this one holds. */
export function collectArtifacts(value: Json, into: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if (isReference(value)) into.add(value.$artifact);
  else for (const part of Object.values(value)) collectArtifacts(part, into);
}

/** The value with those put back that are known; what is not known stays as it is. Shares all that needs no change. */
export function restoreArtifacts(value: Json, known: ReadonlyMap<string, Json>): Json {
  if (typeof value !== "object" || value === null || known.size === 0) return value;
  if (isReference(value)) return known.get(value.$artifact) ?? value;
  if (Array.isArray(value)) {
    const parts = value.map((part) => restoreArtifacts(part, known));
    return parts.some((part, index) => part !== value[index]) ? parts : value;
  }
  let changed = false;
  const fields = Object.entries(value).map(([name, part]): [string, Json] => {
    const restored = restoreArtifacts(part, known);
    changed ||= restored !== part;
    return [name, restored];
  });
  return changed ? Object.fromEntries(fields) : value;
}

/** Gives a value that is too large to travel inline to be kept, and what stands for it; any other as it is. */
export type KeepArtifact = (value: Json) => Json;

/** The event with what steps gave and were given kept apart where that is too large. */
export function withArtifacts(body: EventBody, keep: KeepArtifact): EventBody {
  if (body.type === "step-scheduled") {
    const input = keep(body.input);
    return input === body.input ? body : { ...body, input };
  }
  if (body.type !== "step-completed") return body;
  const output = keep(body.output);
  const input = body.input === undefined ? undefined : keep(body.input);
  const vars = body.vars === undefined ? undefined : keepEach(body.vars, keep);
  // Nearly always nothing is, and a run has many events.
  if (output === body.output && input === body.input && vars === body.vars) return body;
  return { ...body, output, ...(input === undefined ? {} : { input }), ...(vars === undefined ? {} : { vars }) };
}

function keepEach(vars: Record<string, Json>, keep: KeepArtifact): Record<string, Json> {
  const kept = Object.entries(vars).map(([name, value]): [string, Json] => [name, keep(value)]);
  return kept.some(([name, value]) => value !== vars[name]) ? Object.fromEntries(kept) : vars;
}
