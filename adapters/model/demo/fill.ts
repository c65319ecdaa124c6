import { isJsonObject } from "../../../engine/json.ts";
import type { Json, JsonObject } from "../../../engine/json.ts";
import { fillNumber } from "./fill-number.ts";
import { fillString } from "./fill-string.ts";
import { demand, speaksOf } from "./topics.ts";
import { plainName, trendOf } from "./data.ts";
import { inOrder, rank } from "./reading.ts";
import type { Reading, Sentence } from "./reading.ts";
import { overlap, stemsOf } from "./words.ts";

/** Where in the answer a value stands, and what it should be about. */
export interface Place {
  reading: Reading;
  /** Name of the field, or of the list for its entries. */
  name: string;
  /** The field's own title and description. */
  hint: string;
  /** The sentence that the surrounding list entry is about; null outside of lists. */
  about: Sentence | null;
  /** Number of that entry, from 0. */
  index: number;
  depth: number;
}

/** Fills a JSON Schema from what was read: the same prompt and schema always give the same, valid value. */
export function fill(schema: JsonObject, reading: Reading): Json {
  return fillSchema(schema, { reading, name: "", hint: "", about: null, index: 0, depth: 0 }, schema);
}

function fillSchema(given: Json | undefined, outer: Place, root: JsonObject): Json {
  const schema = resolve(given, outer, root);
  const hint = `${textIn(schema["title"])} ${textIn(schema["description"])}`.trim();
  const place = { ...outer, hint: hint === "" ? outer.hint : hint };
  if ("const" in schema) return schema["const"] ?? null;
  if (Array.isArray(schema["enum"]) && schema["enum"].length > 0) return choose(schema["enum"], place);
  switch (typeOf(schema)) {
    case "object":
      return fillObject(schema, place, root);
    case "array":
      return fillArray(schema, place, root);
    case "number":
    case "integer":
      return fillNumber(schema, place);
    case "boolean":
      return evident(place);
    case "null":
      return null;
    default:
      return fillString(schema, place);
  }
}

function fillObject(schema: JsonObject, place: Place, root: JsonObject): Json {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const names = new Set([...Object.keys(properties), ...required.filter((name) => typeof name === "string")]);
  const filled: JsonObject = {};
  for (const name of names) {
    // A schema that contains itself must end: below a few levels only what it insists on is filled.
    if (place.depth > 6 && !required.includes(name)) continue;
    filled[name] = fillSchema(
      properties[name] ?? { type: "string" },
      { ...place, name, hint: "", depth: place.depth + 1 },
      root,
    );
  }
  return filled;
}

function fillArray(schema: JsonObject, place: Place, root: JsonObject): Json {
  const least = Number(schema["minItems"] ?? 0);
  const most = Number(schema["maxItems"] ?? Number.POSITIVE_INFINITY);
  if (Array.isArray(schema["prefixItems"])) return schema["prefixItems"].map((item) => fillSchema(item, place, root));
  const items = resolve(schema["items"] ?? {}, place, root);
  // Lists inside of list entries stay short.
  const usual = place.depth > 6 ? 0 : place.about === null ? (wide.test(place.name) ? 12 : 6) : 2;
  // A short text is not cut into as many entries as it has lines.
  const fair = wide.test(place.name)
    ? usual
    : Math.min(usual, Math.max(3, Math.ceil(place.reading.sentences.length / 3)));
  const wanted = Math.min(most, Math.max(least, fair));
  const subjects = Array.isArray(items["enum"]) ? [] : subjectsOf(place, wanted);
  const count = subjects.length > 0 ? Math.min(wanted, Math.max(least, subjects.length)) : wanted;

  const values: Json[] = [];
  const seen = new Set<string>();
  for (let index = 0; values.length < count && index < count * 4; index++) {
    const about = subjects[index % Math.max(1, subjects.length)] ?? place.about;
    const value = fillSchema(items, { ...place, about, index, depth: place.depth + 1 }, root);
    const key = JSON.stringify(value);
    // Repetitions only where the schema asks for more than the text holds.
    if (seen.has(key) && (schema["uniqueItems"] === true || values.length >= least)) continue;
    seen.add(key);
    values.push(value);
  }
  return values;
}

const wide = /requirement|clause|item|question|task|criteri|deliverable|obligation/i;

/** Words in which a text speaks of certain things, by the name of the list. */
const telling: [RegExp, RegExp][] = [
  [/requirement|obligation|must|criteri|compliance/i, /\b(shall|must|required?|will|needs? to|expected to)\b/i],
  [
    /risk|concern|issue|finding|threat|vulnerab|problem|gap|objection/i,
    /\b(risk|liab|penalt|delay|fail|breach|not|without|unless|conflict|terminat|confidential|secur|critical|error|vulnerab|missing|late|over)\w*/i,
  ],
  [/deadline|milestone|date|schedule|timeline/i, /\b\d{4}\b|\b(day|week|month)s?\b|\b(due|deadline|by)\b/i],
  [/price|cost|amount|budget|line|payment|figure|metric|revenue/i, /[$€£%]|\b\d[\d,.]*\b/],
  [/question|unknown|assumption/i, /\?|\b(unclear|assum|may|might|to be|tbd|question)\w*/i],
  [/deliverable|output|product/i, /\b(deliver|provid|submit|document|report)\w*/i],
  [/strength|benefit|highlight|positive/i, /\b(success|improv|best|strong|grow|increase|exceed|benefit|support)\w*/i],
  [
    /action|step|task|recommend|next|todo|fix/i,
    /\b(shall|must|should|will|need|plan|prepare|review|update|add|fix|ensure)\w*/i,
  ],
];

/** The sentences that a list of this name would speak of, in the order of the text. */
function subjectsOf(place: Place, wanted: number): Sentence[] {
  const { reading, name, hint, about } = place;
  if (about !== null) return [about];
  // Keywords, people and the like are facts: the entries differ by their number.
  if (/keyword|^tags?$|topic|^(people|names?|contacts|parties|roles?)$/i.test(name)) return [];
  const words = telling.find(([names]) => names.test(name))?.[1];
  const ranked = rank(reading, stemsOf(`${name} ${hint}`)).filter(({ weight }) => weight > -0.5);
  const dated = /deadline|milestone|date|schedule|timeline/i.test(name) && reading.facts.dates.length > 0;
  if (dated) {
    const days = ranked.filter(({ text }) => reading.facts.dates.some((date) => text.includes(date.text)));
    if (days.length > 0) return inOrder(reading, days.slice(0, wanted));
  }
  const telltale = words === undefined ? [] : ranked.filter(({ text }) => words.test(text));
  // What is demanded most firmly comes first; the order of the text is put back below.
  const firm = /requirement|obligation|criteri|compliance|deliverable/i.test(name);
  const spoken = firm ? telltale.toSorted((a, b) => demand(b.text) - demand(a.text)) : telltale;
  // A list of entries that is the whole material (rows, bullets) is taken as it stands.
  const listed = reading.sentences.filter((sentence) => sentence.listed);
  const rows = wide.test(name) && spoken.length === 0 && listed.length > 1 ? listed : [];
  const chosen = (rows.length > 0 ? rows : spoken.length > 0 ? spoken : ranked).slice(0, wanted);
  return inOrder(reading, chosen);
}

/** How falling, level and rising figures are called. */
const ways = [
  /^(down|falling|fell|decreas\w*|declin\w*|worse\w*|negative)$/i,
  /^(flat|stable|level|steady|unchanged|neutral)$/i,
  /^(up|rising|rose|increas\w*|grow\w*|improv\w*|better|positive)$/i,
];

/** The option that the text speaks of most; the first when it speaks of none. */
function choose(options: Json[], place: Place): Json {
  const { about, reading, name, hint } = place;
  const given = about === null ? reading.data.fields.get(plainName(name)) : undefined;
  if (given !== undefined && options.includes(given)) return given;
  const trend = trendOf(reading.data);
  const way = trend === null ? undefined : options.find((option) => ways[trend + 1]?.test(String(option)));
  if (way !== undefined) return way;
  const near = about === null ? rank(reading, stemsOf(`${name} ${hint}`)).slice(0, 12) : [about];
  let best = { option: options[0] ?? null, score: 0 };
  for (const option of options) {
    const words = stemsOf(String(option));
    const literal = new RegExp(`\\b${String(option).replaceAll(/[^\w ]/g, "")}\\b`, "i");
    const score =
      near.reduce((sum, { stems, text }) => sum + overlap(words, stems) + (literal.test(text) ? 1 : 0), 0) +
      near.reduce((sum, { text }) => sum + speaksOf(text, String(option)), 0) +
      signs(String(option), near);
    if (score > best.score) best = { option, score };
  }
  return best.option;
}

/** Weak evidence for the usual scales: strong words and large matters for the upper end. */
function signs(option: string, near: Sentence[]): number {
  const text = near.map((sentence) => sentence.text).join(" ");
  const strong = (
    text.match(/\b(must|shall|critical|immediately|penalt\w*|terminat\w*|breach\w*|liab\w*|required|never)\b/gi) ?? []
  ).length;
  const level = Math.min(1, strong / (near.length * 2));
  if (/^(mandatory|must|required)$/i.test(option)) return near.some(({ text }) => demand(text) >= 1.4) ? 2 : 0;
  if (/^(high|critical|major|urgent)$/i.test(option)) return level;
  if (/^(medium|moderate|normal|should|minor)$/i.test(option)) return 0.45 - Math.abs(level - 0.4) / 2;
  return /^(low|none|optional|could)$/i.test(option) ? 0.3 - level : 0;
}

/** True when the text speaks of what the field is called, and does not deny it. */
function evident(place: Place): boolean {
  const given = place.reading.data.fields.get(plainName(place.name));
  return typeof given === "boolean" && place.about === null ? given : spoken(place);
}

function spoken({ reading, name, hint, about }: Place): boolean {
  const words = stemsOf(name);
  const wanted = words.size > 0 ? words : stemsOf(hint);
  const pool = about === null ? reading.sentences : [about];
  const speaking = pool.filter(({ stems }) => overlap(wanted, stems) > 0);
  const denied = speaking.filter(({ text }) => /\b(no|not|never|without|cannot|fail\w*|missing|lacks?)\b/i.test(text));
  // A verdict is given in favour unless the text speaks against it.
  if (/approv|pass|qualif|^ok|valid|complian|ready|safe|within|complete|success|eligib/i.test(name)) {
    return denied.length === 0 || speaking.length > denied.length;
  }
  return speaking.length > denied.length;
}

/** Follows references and picks from alternatives, so that one plain schema is left. */
function resolve(given: Json | undefined, place: Place, root: JsonObject): JsonObject {
  let schema: JsonObject = isJsonObject(given) ? given : {};
  for (let steps = 0; steps < 20; steps++) {
    const reference = schema["$ref"];
    const options = [schema["anyOf"], schema["oneOf"]].find((list) => Array.isArray(list) && list.length > 0);
    if (typeof reference === "string") {
      const found = reference
        .split("/")
        .slice(1)
        .reduce<Json | undefined>((at, key) => {
          return isJsonObject(at) ? at[decodeURIComponent(key)] : undefined;
        }, root);
      const { $ref: _followed, ...rest } = schema;
      schema = { ...(isJsonObject(found) ? found : {}), ...rest };
    } else if (Array.isArray(options)) {
      const { anyOf: _any, oneOf: _one, ...rest } = schema;
      const filled = options.filter((option) => isJsonObject(option) && option["type"] !== "null");
      // Deep inside a schema that contains itself, the way out is the alternative that ends.
      const option =
        place.depth > 6 ? (options.find((one) => isJsonObject(one) && one["type"] === "null") ?? filled[0]) : filled[0];
      schema = { ...rest, ...(isJsonObject(option) ? option : {}) };
    } else if (Array.isArray(schema["allOf"])) {
      const { allOf, ...rest } = schema;
      schema = allOf.reduce<JsonObject>((merged, part) => merge(merged, resolve(part, place, root)), rest);
    } else break;
  }
  return schema;
}

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const both = (name: string): JsonObject => ({
    ...(isJsonObject(a[name]) ? a[name] : {}),
    ...(isJsonObject(b[name]) ? b[name] : {}),
  });
  const required = [a["required"], b["required"]].flatMap((list) => (Array.isArray(list) ? list : []));
  return { ...a, ...b, properties: both("properties"), required };
}

function typeOf(schema: JsonObject): string {
  const type = schema["type"];
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return String(type.find((one) => one !== "null") ?? "null");
  if ("properties" in schema) return "object";
  if ("items" in schema) return "array";
  return "minimum" in schema || "maximum" in schema ? "number" : "string";
}

function textIn(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
