import { isJsonObject, type Json } from "../../engine/json.ts";

/** True for a text that is written to be read, rather than a label or a name. */
export function isProse(value: Json | undefined): value is string {
  return typeof value === "string" && (value.length > 80 || value.includes("\n"));
}

function rank(field: Json): number {
  if (isProse(field)) return 0;
  return typeof field === "object" && field !== null ? 2 : 1;
}

/**
 * The fields of an object in the order in which people want to read them: the longest texts first, then short values, then structures.
 * Postgres keeps objects without their order, so there is none to be faithful to.
 */
export function readingOrder(value: Record<string, Json>): [string, Json][] {
  return Object.entries(value).toSorted(([, a], [, b]) => {
    const byKind = rank(a) - rank(b);
    return byKind === 0 && isProse(a) && isProse(b) ? b.length - a.length : byKind;
  });
}

/** The text that an output is about, to take away as a document: the output itself, or its longest prose field. Null where there is none. */
export function documentOf(output: Json): string | null {
  if (typeof output === "string") return output;
  const first = isJsonObject(output) ? readingOrder(output)[0]?.[1] : undefined;
  return isProse(first) ? first : null;
}

/** What is formatted in one go, in a tenth of a second on a slow machine. */
const pieceLength = 10_000;

/** A long text in parts that can be formatted by themselves, cut between paragraphs where there are any. */
export function pieces(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  while (text.length - from > pieceLength * 1.5) {
    const paragraph = text.lastIndexOf("\n\n", from + pieceLength);
    const line = text.lastIndexOf("\n", from + pieceLength);
    const cut =
      paragraph > from + pieceLength / 2 ? paragraph : line > from + pieceLength / 2 ? line : from + pieceLength;
    parts.push(text.slice(from, cut));
    from = cut;
  }
  parts.push(text.slice(from));
  return parts;
}
