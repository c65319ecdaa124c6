import type { JsonObject } from "../../../engine/json.ts";
import type { Place } from "./fill.ts";
import { plainName } from "./data.ts";
import { inOrder, rank } from "./reading.ts";
import type { Sentence } from "./reading.ts";
import { topicOf } from "./topics.ts";
import { chance, overlap, shorten, splitNames, stemsOf } from "./words.ts";

/** Text for a field, drawn from the material by the field's name, format and description, inside its length. */
export function fillString(schema: JsonObject, place: Place): string {
  const format = typeof schema["format"] === "string" ? formatted(schema["format"], place) : null;
  if (format !== null) return format;
  const pattern = typeof schema["pattern"] === "string" ? matching(schema["pattern"], place) : null;
  if (pattern !== null) return pattern;
  const most = Number(schema["maxLength"] ?? 2_000);
  const least = Math.min(Number(schema["minLength"] ?? 0), most);
  let text = shorten(named(place), most);
  for (const sentence of place.reading.sentences) {
    if (text.length >= least) break;
    text = shorten(`${text} ${sentence.text}`.trim(), most);
  }
  return text.padEnd(least, ".");
}

function formatted(format: string, place: Place): string | null {
  const { dates, emails, urls } = place.reading.facts;
  const day = spokenOf(dates, place, "due deadline closing submission submit")?.iso ?? "2026-01-31";
  if (format === "date") return day;
  if (format === "date-time") return `${day}T12:00:00Z`;
  if (format === "time") return "12:00:00Z";
  if (format === "email") return emails[place.index] ?? emails[0] ?? "nobody@example.com";
  if (format === "uri" || format === "url") return urls[place.index] ?? urls[0] ?? "https://example.com/";
  if (format === "uuid") {
    const hex = Array.from({ length: 4 }, (_, part) =>
      hash(`${part}${place.name}${place.index}${place.about?.text ?? ""}`),
    ).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
  return null;
}

function hash(text: string): string {
  return Math.floor(chance(text) * 0xffffffff)
    .toString(16)
    .padStart(8, "0");
}

/** The first candidate that a pattern takes; null when none does. */
function matching(pattern: string, place: Place): string | null {
  const { facts } = place.reading;
  const number = place.index + 1;
  const candidates = [
    named(place),
    ...facts.dates.map(({ iso }) => iso),
    ...facts.emails,
    ...["R", "A", "REQ", "ID", "ITEM"].flatMap((prefix) => [
      `${prefix}-${number}`,
      `${prefix}${number}`,
      `${prefix}-${String(number).padStart(3, "0")}`,
    ]),
    ...[1, 2, 3, 4, 6].map((digits) => String(number).padStart(digits, "0")),
    "a",
    "abc",
    "ABC",
    "USD",
    "en",
  ];
  try {
    const expression = new RegExp(pattern, "u");
    return candidates.find((candidate) => candidate.length < 200 && expression.test(candidate)) ?? null;
  } catch {
    // A pattern of another dialect binds nobody here.
    return null;
  }
}

/** What a field of this name usually holds. The first rule whose name fits and that finds something decides. */
const rules: [names: RegExp, write: (place: Place) => string | undefined][] = [
  [
    /^(id|key|ref|reference|code|number|no)$|(Id|_id|Ref|Code)$/,
    ({ name, index, depth }) => `${initial(name, depth)}-${index + 1}`,
  ],
  [/e-?mail/i, ({ reading, index }) => reading.facts.emails[index] ?? reading.facts.emails[0]],
  [/url|link|website/i, ({ reading, index }) => reading.facts.urls[index] ?? reading.facts.urls[0]],
  [
    /date|deadline|due|^when|expir/i,
    (place) => spokenOf(place.reading.facts.dates, place, "due deadline closing submission submit")?.iso,
  ],
  [
    /amount|price|cost|total|budget|fee|revenue/i,
    (place) => spokenOf(place.reading.facts.amounts, place, "estimated cost total price effort budget")?.text,
  ],
  [/currency/i, ({ reading }) => currency(reading.facts.amounts[0]?.text)],
  [
    /owner|assignee|contact|person|author|customer|client|vendor|supplier|company|organi[sz]ation|agency|buyer|party|^who/i,
    (place) => whoever(place),
  ],
  [
    /^(role|position|labou?r)|(Role|_role)$/i,
    ({ reading, index }) => reading.facts.roles[index % reading.facts.roles.length],
  ],
  [/keyword|^tags?$|topic/i, ({ reading, index }) => reading.keywords[index]],
  [
    /^(file|path)|(File|_file|Path)$/,
    ({ reading, about, index }) =>
      pathIn(about?.text) ?? pathIn(reading.sentences[0]?.text) ?? `src/${reading.keywords[index] ?? "main"}.ts`,
  ],
  [/section|heading|chapter|location|where/i, ({ about, reading }) => about?.heading || reading.headings[0]],
  [/^(title|name|label|subject|headline|topic)$|(Title|Name|_name|_title)$/, (place) => heading(place)],
  [/categor|^type$|^kind$|area|domain/i, (place) => category(place)],
  [/recommend|decision|verdict|conclusion|next/i, (place) => recommendation(place)],
  [/rationale|reason|justif|why|explan|evidence|source|quote|excerpt|basis/i, ({ about }) => about?.text],
  [/mitigat|response|approach|answer|proposal|action|remedy|fix|how/i, (place) => reply(place)],
];

function named(place: Place): string {
  const given = place.about === null ? place.reading.data.fields.get(plainName(place.name)) : undefined;
  if (given !== undefined) return String(given);
  for (const [names, write] of rules) {
    const text = names.test(place.name) ? write(place) : undefined;
    if (text !== undefined && text !== "") return text;
  }
  if (place.about !== null) return place.about.text;
  const long =
    /summary|overview|description|text|body|content|report|analysis|message|draft|letter|email|section|narrative/i;
  return sentences(place, long.test(place.name) ? 3 : 1) || place.reading.task || "The material does not say.";
}

/** The best sentences for a field, in the order of the text. */
function sentences({ reading, name, hint }: Place, count: number): string {
  const best = rank(reading, stemsOf(`${name} ${hint}`))
    .filter(({ text }) => text.length > 30)
    .slice(0, count);
  return inOrder(reading, best)
    .map(({ text }) => ended(text))
    .join(" ");
}

function ended(text: string): string {
  return /[.!?…:;]["”’)]?$/.test(text) ? text : `${text}.`;
}

/** One that stands in the sentence at hand; outside of lists the first (or the one with the entry's number). */
function inside<T>(facts: T[], { about, index }: Place, shown: (fact: T) => string): T | undefined {
  const here = about === null ? undefined : facts.find((fact) => about.text.includes(shown(fact)));
  return here ?? (about === null ? facts[0] : facts[index % Math.max(1, facts.length)]);
}

/** The date or amount whose sentence speaks of the field, or of what such fields are usually about. */
export function spokenOf<T extends { text: string }>(facts: T[], place: Place, usual: string): T | undefined {
  if (place.about !== null) return inside(facts, place, ({ text }) => text);
  const wanted = stemsOf(`${place.name} ${place.hint} ${usual}`);
  const score = (fact: T): number =>
    Math.max(
      0,
      ...place.reading.sentences
        .filter(({ text }) => text.includes(fact.text))
        .map(({ stems }) => overlap(wanted, stems)),
    );
  return facts.map((fact) => ({ fact, score: score(fact) })).toSorted((a, b) => b.score - a.score)[0]?.fact;
}

/** A person or body, by what its sentence says: who is the contact, who issued this. */
function whoever(place: Place): string | undefined {
  const named = place.reading.facts.names.map((text) => ({ text }));
  const person = /contact|person|author|owner|assignee|^who/i.test(place.name);
  return spokenOf(named, place, person ? "contact officer manager" : "issued authority agency office customer")?.text;
}

/** A short title: of the sentence at hand, or of the whole material. */
function heading({ about, reading, name }: Place): string {
  if (about === null) {
    const first = reading.headings[0] ?? reading.sentences[0]?.text ?? reading.task;
    return shorten(first.replace(/[.:]+$/, ""), 80);
  }
  // The clause without its modal: `The contractor shall deliver weekly reports` is `Deliver weekly reports`.
  const clause = about.text.split(/[;:(]| which | so that | in order to /)[0] ?? about.text;
  const act = /\b(?:shall|must|will|should|needs? to|is required to)\s+(.{12,})/i.exec(clause)?.[1] ?? clause;
  const short = shorten(act.replace(/[.,]+$/, ""), /name/i.test(name) ? 50 : 70);
  return short.charAt(0).toUpperCase() + short.slice(1);
}

function category({ about, reading }: Place): string {
  const text =
    about?.text ??
    reading.sentences
      .slice(0, 20)
      .map((sentence) => sentence.text)
      .join(" ");
  return topicOf(text);
}

function pathIn(text = ""): string | undefined {
  return /\b[\w-]{1,60}(?:\/[\w.-]{1,60}){0,8}\.[a-z]{1,4}\b/.exec(text)?.[0];
}

function recommendation(place: Place): string {
  const top: Sentence | undefined = place.about ?? rank(place.reading, place.reading.focus)[0];
  const by = place.reading.facts.dates[0];
  const deadline = by === undefined ? "" : ` Mind the date: ${by.text}.`;
  return top === undefined ? "Proceed." : `Proceed, provided that this is met: ${ended(top.text)}${deadline}`;
}

function reply(place: Place): string {
  if (place.about === null) return sentences(place, 3);
  const what = heading({ ...place, name: "title" });
  const proof = place.reading.sentences.find(
    (sentence) => sentence !== place.about && sentence.heading === place.about?.heading,
  );
  const more = proof === undefined ? "" : ` It is handled together with: ${ended(shorten(proof.text, 200))}`;
  return `We commit to this: ${ended(what)} One named person answers for it, and progress is shown at each review.${more}`;
}

function currency(amount: string | undefined): string {
  if (amount === undefined) return "USD";
  if (/€|EUR|euro/i.test(amount)) return "EUR";
  return /£|GBP/.test(amount) ? "GBP" : "USD";
}

function initial(name: string, depth: number): string {
  const letter = splitNames(name)
    .replace(/\b(id|ref|code|key|number|no)\b/gi, "")
    .trim()
    .charAt(0)
    .toUpperCase();
  return letter === "" ? (depth > 1 ? "R" : "A") : letter;
}
