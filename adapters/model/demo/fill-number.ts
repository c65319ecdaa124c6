import type { JsonObject } from "../../../engine/json.ts";
import type { Place } from "./fill.ts";
import { numberIn } from "./data.ts";
import { spokenOf } from "./fill-string.ts";
import { rank } from "./reading.ts";
import { chance, overlap, stemsOf } from "./words.ts";

/** A number that the text gives, or one derived from how much the text speaks of the field; always inside the bounds. */
export function fillNumber(schema: JsonObject, place: Place): number {
  const low = bound(schema["minimum"], schema["exclusiveMinimum"], 1);
  const high = bound(schema["maximum"], schema["exclusiveMaximum"], -1);
  const step = Number(schema["multipleOf"] ?? (schema["type"] === "integer" ? 1 : 0.01));
  const least = low ?? (high !== null && high < 0 ? high - 100 : 0);
  const found = literal(place);
  const fits = found !== null && found >= least && (high === null || found <= high);
  const raw = fits ? found : derived(place, least, high);

  const rounded = Math.round(raw / step) * step;
  // Rounding may step over a bound, and binary fractions leave dust behind.
  const inside =
    rounded < least
      ? Math.ceil(least / step) * step
      : high !== null && rounded > high
        ? Math.floor(high / step) * step
        : rounded;
  return Number(inside.toFixed(6));
}

function bound(inclusive: unknown, exclusive: unknown, direction: number): number | null {
  if (typeof inclusive === "number") return inclusive;
  return typeof exclusive === "number" ? exclusive + direction * (Number.isInteger(exclusive) ? 1 : 0.01) : null;
}

const judging = /score|confidence|probab|likel|percent|rating|rank|quality|readiness|fit|weight|similarity/i;
const money = /amount|price|cost|total|budget|value|revenue|fee|rate|spend|margin|discount|usd|eur/i;

/** A number that stands in the text near the field's words. */
function literal({ reading, name, hint, about, index }: Place): number | null {
  const wanted = stemsOf(`${name} ${hint}`);
  const given = about === null ? numberIn(reading.data, name) : null;
  if (given !== null) return given;
  if (judging.test(name)) return null;
  const { amounts, numbers } = reading.facts;
  const own = about?.text ?? "";
  if (money.test(name)) {
    const here = amounts.filter(({ text }) => own.includes(text));
    if (here[0] !== undefined) return here[0].value;
    if (about !== null) return null;
    const spoken = spokenOf(
      amounts,
      { reading, name, hint, about, index, depth: 0 },
      "estimated cost total price effort budget",
    );
    if (spoken !== undefined) return spoken.value;
  }
  const near = numbers
    .filter(({ around }) => own === "" || own.includes(around.trim().slice(20, 40)))
    .map((number) => ({ ...number, score: overlap(wanted, stemsOf(number.around)) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)[0];
  if (near !== undefined) return near.value;
  return /^(count|number|total)|count$/i.test(name) ? reading.sentences.filter(({ listed }) => listed).length : null;
}

/** What such a number usually is, where the text gives none. */
const ranges: [names: RegExp, from: number, to: number][] = [
  [/rate/i, 95, 180],
  [/hours|effort/i, 40, 400],
  [/days/i, 5, 60],
  [/weeks/i, 2, 16],
  [/months/i, 1, 12],
  [/year/i, 1, 5],
  [/price|cost|amount|total|budget|fee|value|revenue/i, 2_000, 60_000],
];

/** A judgement between the bounds: more where the text speaks of the matter, with a little that depends on the text alone. */
function derived({ reading, name, hint, about, index }: Place, least: number, high: number | null): number {
  const wanted = stemsOf(`${name} ${hint}`);
  const best = about ?? rank(reading, wanted)[0];
  const spoken =
    best === undefined ? 0 : Math.min(1, (overlap(reading.focus, best.stems) + Math.max(0, best.weight)) / 4);
  const part = 0.55 + 0.3 * spoken + 0.1 * chance(`${name}${index}${best?.text ?? ""}`);
  const unit = /confidence|probab|likel|similarity|fraction|ratio/i.test(name);
  const usual = about === null || !judging.test(name) ? ranges.find(([names]) => names.test(name)) : undefined;
  if (usual !== undefined && high === null) {
    const [, from, to] = usual;
    return Math.max(least, from + Math.round((to - from) * chance(`${name}${index}${best?.text ?? ""}`)));
  }
  const most = high ?? (unit ? 1 : judging.test(name) ? 100 : least + 10);
  return least + (most - least) * part;
}
