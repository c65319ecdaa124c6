/** What JSON.stringify writes for a NUL or half a surrogate pair: legal JSON, which PostgreSQL's jsonb refuses. */
const unstorable = /\\u(?:0000|d[89a-f])/i;

/**
 * The JSON text of a value as jsonb takes it. Characters that jsonb refuses become U+FFFD, so that one odd byte in a
 * web page does not keep a run from being written. The common case costs one scan of the text.
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return unstorable.test(text) ? clean(value) : text;
}

/** The same of what is JSON text already. */
export function storableText(json: string): string {
  return unstorable.test(json) ? clean(JSON.parse(json)) : json;
}

function clean(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return cleanText(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [cleanText(key), inner]));
  });
}

function cleanText(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}
