import type { Json } from "../../../engine/json.ts";
import { dataOf } from "./data.ts";
import type { Data } from "./data.ts";
import { flattenJson } from "./flatten.ts";
import { factsOf } from "./facts.ts";
import type { Facts } from "./facts.ts";
import { keywordsOf, overlap, stemsOf } from "./words.ts";

/** One sentence, row or list entry of the material. */
export interface Sentence {
  text: string;
  /** Heading it stands under; empty before the first. */
  heading: string;
  /** Written as an entry of a list or a row of a table. */
  listed: boolean;
  stems: Set<string>;
  /** How much it says of what the whole is about, roughly 0 to 3. */
  weight: number;
}

/** What the demo model understood of a prompt: what is asked, and the material it is asked about. */
export interface Reading {
  /** Words of the system message. */
  role: string;
  /** The request itself, without the material. */
  task: string;
  sentences: Sentence[];
  headings: string[];
  facts: Facts;
  data: Data;
  /** Words that the material uses most, the most used first. */
  keywords: string[];
  /** Stems of the role and the task: what the answer should look for. */
  focus: Set<string>;
}

/** Reads a prompt: strips its markup, divides request and material, weighs the sentences. Deterministic. */
export function readPrompt(system: string, user: string): Reading {
  const { task, material } = divide(user);
  const found: Json[] = [];
  const plain = plainText(flattenJson(material, found));
  const focus = stemsOf(`${system} ${task}`);
  const sentences = weigh(split(plain), focus);
  const headings = [...new Set(sentences.map(({ heading }) => heading).filter((heading) => heading !== ""))];
  return {
    role: system,
    task,
    sentences,
    headings,
    facts: factsOf(plain),
    data: dataOf(found),
    keywords: keywordsOf(plain),
    focus,
  };
}

/** The sentences that fit best, best first: what they say of `wanted` (stems), of the focus, and of the whole. */
export function rank(reading: Reading, wanted: Set<string>): Sentence[] {
  const score = (sentence: Sentence): number =>
    3 * overlap(wanted, sentence.stems) + overlap(reading.focus, sentence.stems) + sentence.weight;
  return reading.sentences
    .map((sentence) => ({ sentence, score: score(sentence) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ sentence }) => sentence);
}

/** Sentences as the text has them. */
export function inOrder(reading: Reading, sentences: Sentence[]): Sentence[] {
  const order = new Map(reading.sentences.map((sentence, index) => [sentence, index]));
  return sentences.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

/** The request is what stands before the first long stretch of text, a marker line or JSON; all of a short prompt. */
function divide(user: string): { task: string; material: string } {
  if (user.length < 400) {
    const [, asked, given] = /^([^\n:{[]{3,200})[:\n]\s*(\S[\s\S]{20,})$/.exec(user) ?? [];
    if (asked !== undefined && given !== undefined) return { task: asked, material: given };
    // One sentence only asks; more of them, or data, tell something too.
    return /[{[]|[.!?]\s+\S/.test(user) ? { task: user, material: user } : { task: user, material: "" };
  }
  const blocks = user.split(/\n\s*\n/);
  let at = 0;
  let taken = 0;
  for (; at < blocks.length - 1; at++) {
    const block = blocks[at] ?? "";
    const begins = /^\s*([[{#<|>]|---|```)/.test(block) && at > 0;
    if (begins || (taken > 0 && taken + block.length > 600)) break;
    taken += block.length;
    if (/:\s*$/.test(block)) {
      at++;
      break;
    }
  }
  // A single block: its first line asks, the rest is given.
  if (blocks.length === 1) {
    const line = user.search(/\n|:\s/);
    return line > 0 && line < 400
      ? { task: user.slice(0, line), material: user.slice(line + 1) }
      : { task: "", material: user };
  }
  const task = blocks.slice(0, Math.max(1, at)).join(" ");
  const material = blocks.slice(Math.max(1, at)).join("\n\n");
  return task.length > 1_500 ? { task: task.slice(0, 300), material: user } : { task, material };
}

/** Text without its markup: tags, links, emphasis, quotes, table rules. Rows become `cell: cell`. */
export function plainText(text: string): string {
  return text
    .replaceAll(/\r/g, "")
    .replaceAll(/^```\w*$/gm, "")
    .replaceAll(/<(\/?(p|br|tr|li|h\d|div|table|thead|tbody))\b[^>]{0,500}>/gi, "\n")
    .replaceAll(/<[a-z/][^<>]{0,500}>/gi, " ")
    .replaceAll(/!?\[([^\][]{0,300})\]\([^()\s]{0,500}(?:\s[^()]{0,200})?\)/g, "$1")
    .replaceAll(/\\([^\w\s])/g, "$1")
    .replaceAll(/^[ \t]*>[ \t]?/gm, "")
    .replaceAll(/^[ \t]*\|?[ \t]*:?-{3,}[-:| \t]*$/gm, "")
    .replaceAll(/^[ \t]*\|(.*)\|[ \t]*$/gm, (_row, cells: string) => {
      const filled = cells
        .split("|")
        .map((cell) => cell.trim())
        .filter((cell) => cell !== "");
      return filled.length === 0 ? "" : `- ${filled.join(": ")}`;
    })
    .replaceAll(/\*\*|__|`/g, "")
    .replaceAll(/(^|\s)[*_](\S[^*_\n]{0,200}?)[*_](?=[\s.,;:]|$)/g, "$1$2")
    .replaceAll(/(^|\s)\*+(?=\w)/g, "$1")
    .replaceAll(/[ \t]>[ \t]/g, " ")
    .replaceAll(/[ \t]+/g, " ");
}

const bullet = /^\s*(?:[-*•]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+/;

interface Line {
  text: string;
  heading: string;
  listed: boolean;
}

/** Sentences in their order. Lines that a page width broke are joined again first. */
function split(plain: string): Line[] {
  const found: Line[] = [];
  let heading = "";
  let paragraph = "";
  let listed = false;
  const flush = (): void => {
    for (const text of sentencesOf(paragraph)) found.push({ text, heading, listed });
    paragraph = "";
    listed = false;
  };
  for (const line of plain.split("\n")) {
    const titled =
      /^\s*#{1,6}\s+(.+)$/.exec(line)?.[1] ?? /^\s*(\d+(?:\.\d+)*\.?\s+[A-Z][^.!?]{2,70})$/.exec(line)?.[1];
    if (line.trim() === "") flush();
    else if (titled !== undefined) {
      flush();
      heading = titled.replace(/[\s#:]+$/, "").slice(0, 120);
    } else if (bullet.test(line)) {
      flush();
      listed = true;
      paragraph = line.replace(bullet, "");
    } else paragraph = paragraph === "" ? line.trim() : `${paragraph} ${line.trim()}`;
  }
  flush();
  return found;
}

function sentencesOf(paragraph: string): string[] {
  return (
    paragraph
      .replaceAll(/\s+/g, " ")
      .split(/(?<=[.!?]["”’)]?) (?=["“(]?[A-Z0-9À-Þ])/)
      .reduce<string[]>((joined, piece) => {
        // `e.g. The`, `No. 5` and initials are no ends.
        const before = joined.at(-1);
        if (
          before !== undefined &&
          /(?:\b(?:e\.g|i\.e|etc|No|Inc|Ltd|Mr|Ms|Dr|St|vs|Art|Sec)|\b[A-Z])\.$/.test(before)
        ) {
          joined[joined.length - 1] = `${before} ${piece}`;
        } else joined.push(piece);
        return joined;
      }, [])
      .map((sentence) => sentence.trim())
      .map((sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1))
      // A label on its own (`Requirement:`) only announces what follows.
      .filter((sentence) => sentence.length >= 10 && /[a-zÀ-ÿ]{3}/i.test(sentence) && !/^.{0,40}:$/.test(sentence))
      .map((sentence) => (sentence.length > 420 ? `${sentence.slice(0, 417).replace(/\s\S*$/, "")}…` : sentence))
  );
}

/** How typical a sentence is for the text (its words are the text's frequent words), with favour for facts and duties. */
function weigh(lines: Line[], focus: Set<string>): Sentence[] {
  const seen = new Set<string>();
  const fresh = lines.filter(({ text }) => !seen.has(text) && seen.add(text).size > 0);
  const stems = fresh.map(({ text }) => stemsOf(text));
  const counts = new Map<string, number>();
  for (const set of stems) for (const stem of set) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const most = Math.max(1, ...counts.values());
  // Data in rows is short throughout; in prose a short line is a fragment.
  const terse = fresh.filter(({ text }) => text.length < 50).length > fresh.length / 2;

  return fresh.map((line, index) => {
    const set = stems[index] ?? new Set<string>();
    const typical = [...set].reduce((sum, stem) => sum + (counts.get(stem) ?? 0) / most, 0) / Math.sqrt(set.size + 4);
    const duty = /\b(shall|must|will|required?|needs? to|expected to|due|deadline)\b/i.test(line.text) ? 0.5 : 0;
    const figure = /\d/.test(line.text) ? 0.25 : 0;
    const early = index < 5 ? 0.3 : 0;
    // Fragments, contents pages and shouting say little.
    const poor =
      (!terse && line.text.length < 35) || /^[^a-z]*$/.test(line.text) || /\.{4,}|_{4,}/.test(line.text) ? -1 : 0;
    const whole = /[.!?…]["”’)]?$/.test(line.text) ? 0.3 : 0;
    // `This …` and `Based on the review …` need the sentence before them.
    const leaning = /^(this|these|those|that|it|they|such|based on|in addition|therefore|however|if|copies)\b/i.test(
      line.text,
    )
      ? -0.4
      : 0;
    // `Files changed: 7` is a label with its value.
    const label = /^[\w ]{2,25}: [^.]{0,80}$/.test(line.text) ? -0.6 : 0;
    const asked = overlap(focus, set) * 0.5;
    return { ...line, stems: set, weight: typical + duty + figure + early + poor + whole + leaning + label + asked };
  });
}
