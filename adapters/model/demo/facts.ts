/** What stands in a text literally. Each list is in the order of the text, without repetitions. */
export interface Facts {
  amounts: { text: string; value: number }[];
  /** `iso` is the day as YYYY-MM-DD. */
  dates: { text: string; iso: string }[];
  emails: string[];
  urls: string[];
  /** People, companies, offices: capitalised words in a row. */
  names: string[];
  /** Jobs that are named; a usual team where none is. */
  roles: string[];
  numbers: { value: number; around: string }[];
}

const months = "january february march april may june july august september october november december".split(" ");
const monthName =
  "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)";

export function factsOf(text: string): Facts {
  return {
    amounts: unique(amountsOf(text), ({ text: shown }) => shown).slice(0, 40),
    dates: unique(datesOf(text), ({ iso }) => iso).slice(0, 40),
    emails: unique(text.match(/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g) ?? []).slice(0, 20),
    urls: unique(text.match(/https?:\/\/[^\s<>"')\]]{3,300}/g) ?? []).slice(0, 20),
    names: unique(namesOf(text)).slice(0, 60),
    roles: rolesOf(text),
    numbers: [...text.matchAll(/(?<![\w.$€£,])(\d{1,7}(?:\.\d{1,3})?)(?![\w,]|\.\d)\s*(%|[a-z]+)?/gi)]
      .slice(0, 500)
      .map((match) => ({
        value: Number(match[1]),
        around: text.slice(Math.max(0, match.index - 60), match.index + 60),
      })),
  };
}

function amountsOf(text: string): Facts["amounts"] {
  const pattern =
    /(?:([$€£])\s?|\b(USD|EUR|GBP)\s)(\d[\d,]{0,18}(?:\.\d{1,6})?)(?:\s?(million|thousand|billion|[kKmM])\b)?|(?<![\d,])(\d[\d,]{0,18}(?:\.\d{1,6})?)\s?(USD|EUR|GBP|dollars|euros)\b/g;
  return [...text.matchAll(pattern)].map((match) => {
    const scale = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, billion: 1e9 }[(match[4] ?? "").toLowerCase()] ?? 1;
    return { text: match[0].trim(), value: Number((match[3] ?? match[5] ?? "0").replaceAll(",", "")) * scale };
  });
}

function datesOf(text: string): Facts["dates"] {
  const found: { at: number; text: string; iso: string }[] = [];
  const add = (match: RegExpExecArray, year: string, month: number, day: string): void => {
    const date = new Date(Date.UTC(Number(year), month - 1, Number(day)));
    if (date.getUTCMonth() !== month - 1) return;
    found.push({ at: match.index, text: match[0], iso: date.toISOString().slice(0, 10) });
  };
  for (const match of text.matchAll(
    new RegExp(`\\b(${monthName})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})\\b`, "g"),
  )) {
    add(match, match[3] ?? "", monthOf(match[1]), match[2] ?? "");
  }
  for (const match of text.matchAll(new RegExp(`\\b(\\d{1,2})\\.? (${monthName}) (\\d{4})\\b`, "g"))) {
    add(match, match[3] ?? "", monthOf(match[2]), match[1] ?? "");
  }
  for (const match of text.matchAll(/\b(\d{4})-(\d{2})-(\d{2})\b/g))
    add(match, match[1] ?? "", Number(match[2]), match[3] ?? "");
  for (const match of text.matchAll(/\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g))
    add(match, match[3] ?? "", Number(match[1]), match[2] ?? "");
  return found.toSorted((a, b) => a.at - b.at).map(({ text: shown, iso }) => ({ text: shown, iso }));
}

/** 1 to 12 for any way to write a month's name. */
function monthOf(name = ""): number {
  return months.findIndex((month) => month.startsWith(name.toLowerCase().slice(0, 3))) + 1;
}

const common =
  /^(the|this|that|these|those|a|an|if|in|on|at|for|from|to|we|our|you|your|it|its|all|any|each|and|or|but|when|where|while|please|note|see|section|appendix|table|item|date|subject|yes|no|what|how|why|who|page|chapter)$/i;

function namesOf(text: string): string[] {
  const pattern = /\b[A-ZÀ-Þ][\wÀ-ÿ&'’-]+(?: (?:(?:of|and|for|the|de|van|von|&) )?[A-ZÀ-Þ][\wÀ-ÿ&'’-]+){1,4}/g;
  return [...text.matchAll(pattern)]
    .map(([name]) => name.split(" "))
    .map((words) => words.slice(common.test(words[0] ?? "") ? 1 : 0))
    .filter((words) => words.length >= 2 && !/^[^a-z]*$/.test(words.join("")))
    .filter((words) => !words.some((word) => months.includes(word.toLowerCase())))
    .map((words) => words.join(" "));
}

function rolesOf(text: string): string[] {
  const pattern =
    /\b(?:(?:Product|Project|Program|Delivery|Technical|Software|Data|Security|Quality|UX|User|Lead|Senior|DevOps|Content|Research|Contract|Account)\s+){1,2}(?:Manager|Engineer|Developer|Designer|Lead|Owner|Researcher|Architect|Analyst|Specialist|Writer)s?\b/gi;
  const found = unique([...text.matchAll(pattern)].map(([name]) => name.toLowerCase().replace(/s$/, "")));
  const usual = [
    "project manager",
    "technical lead",
    "software engineer",
    "user researcher",
    "quality analyst",
    "security engineer",
  ];
  return unique([...found, ...usual])
    .slice(0, 6)
    .map((name) => name.charAt(0).toUpperCase() + name.slice(1));
}

function unique<T>(items: T[], key: (item: T) => unknown = (item) => item): T[] {
  const seen = new Set<unknown>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)).size > 0);
}
