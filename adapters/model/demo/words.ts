const stop = new Set(
  (
    "a about above after all also although an and any are as at be because been before being between both but by can could " +
    "did do does doing down during each few for from further given had has have having he her here him his how i if in into " +
    "is it its itself just may me might more most must my no nor not now of off on once only or other our out over own please " +
    "same shall she should so some such than that the their them then there these they this those through to too under until " +
    "up upon us use used using very was we well were what when where which while who whom why will with within would you your " +
    "answer text summary overview description content title name message detail details value values item items result results following based list find give write extract each every json schema field return respond agent assistant"
  ).split(" "),
);

/** The words of a text that carry meaning, cut to a rough stem so that `requirements` meets `required`. */
export function stemsOf(text: string): Set<string> {
  const words =
    splitNames(text)
      .toLowerCase()
      .match(/[a-zà-ÿ][a-zà-ÿ'-]{2,}/g) ?? [];
  return new Set(words.filter((word) => !stop.has(word)).map(stem));
}

export function stem(word: string): string {
  const cut = word
    .replace(/'s$/, "")
    .replace(/(?:ements?|ments?|ations?|itions?|ions?|ings?|ities|ity|ances?|ences?|ers?|ies|ied|ed|es|s|ly|e|y)$/, "");
  return cut.length >= 3 ? cut.slice(0, 8) : word;
}

/** The words used most, as they are written most often, at most twenty. */
export function keywordsOf(text: string): string[] {
  const counts = new Map<string, { word: string; count: number }>();
  for (const word of text.toLowerCase().match(/[a-zà-ÿ][a-zà-ÿ-]{3,}/g) ?? []) {
    if (stop.has(word)) continue;
    const known = counts.get(stem(word)) ?? { word, count: 0 };
    counts.set(stem(word), { word: known.word, count: known.count + 1 });
  }
  return [...counts.values()]
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 20)
    .map(({ word }) => word);
}

/** How much of `wanted` stands in `found`: 0 to about 2, more words counting less and less. */
export function overlap(wanted: Set<string>, found: Set<string>): number {
  if (wanted.size === 0) return 0;
  let shared = 0;
  for (const word of wanted) if (found.has(word)) shared++;
  return shared === 0 ? 0 : Math.min(2, Math.log2(1 + shared));
}

/** `dueDate`, `due_date` and `due-date` are two words. */
export function splitNames(text: string): string {
  return text.replaceAll(/([a-zà-ÿ\d])([A-ZÀ-Þ])/g, "$1 $2").replaceAll(/[_-]+/g, " ");
}

/** A number between 0 and 1 that depends on the text alone. */
export function chance(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return (hash >>> 0) / 4294967296;
}

/** At most so many characters, cut at a word. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length < 20) return text.slice(0, length).trimEnd();
  return `${text.slice(0, length - 1).replace(/\s+\S*$/, "")}…`.slice(0, length);
}
