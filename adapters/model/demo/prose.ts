import { tableText } from "./data.ts";
import { inOrder, rank } from "./reading.ts";
import type { Reading, Sentence } from "./reading.ts";
import { demand } from "./topics.ts";
import { shorten, stemsOf } from "./words.ts";

/** How a role writes: its headline, what it looks for and how it ends. */
interface Voice {
  matches: RegExp;
  title: string;
  looksFor: string;
  points: string;
  /** The closing advice; `{point}` is its most important point. */
  advice: string;
}

const voices: Voice[] = [
  {
    matches: /\b(legal|counsel|contracts?|lawyer|compliance)\b/i,
    title: "Legal review",
    looksFor:
      "contract clause terms liability warranty termination compliance intellectual property confidential law rights shall",
    points: "Clauses to note",
    advice: "Have this confirmed in writing before anything is signed: {point}",
  },
  {
    matches: /\b(security|vulnerab|privacy|infosec)\b/i,
    title: "Security assessment",
    looksFor: "security privacy access data encryption vulnerability authentication audit incident control",
    points: "Findings",
    advice: "Cover this first, with a test that shows it: {point}",
  },
  {
    matches: /\b(pric|cost|financ|budget|accounting|purchas)\w*/i,
    title: "Pricing and finance",
    looksFor: "price cost rate budget payment invoice amount fee funding total hours labor",
    points: "What drives the figures",
    advice: "Base the figures on this, and state it as an assumption: {point}",
  },
  {
    matches: /\b(test|quality|qa)\b/i,
    title: "Test and quality report",
    looksFor: "test quality acceptance coverage defect criteria pass fail performance",
    points: "What has to be shown",
    advice: "Make this an acceptance test: {point}",
  },
  {
    matches: /\b(technical|engineer|architect|developer|code|solution)\w*/i,
    title: "Technical approach",
    looksFor:
      "system software data architecture interface integration deploy development infrastructure user design code",
    points: "How it is met",
    advice: "Settle this in the first iteration, since the rest stands on it: {point}",
  },
  {
    matches: /\b(sales|deal|qualif|account executive|procure)\w*/i,
    title: "Qualification",
    looksFor: "customer budget need decision deadline scope award evaluation value",
    points: "What decides it",
    advice: "Take this up with the customer next: {point}",
  },
  {
    matches: /\b(manager|plan|schedul|deliver)\w*/i,
    title: "Delivery plan",
    looksFor: "schedule deliver milestone period date team staff report review plan",
    points: "Milestones and duties",
    advice: "Put this into the plan with one owner: {point}",
  },
];

const writing = /\b(writ|edit|draft|compos|assembl|proposal|report|letter|email|response)\w*/i;
const plainVoice: Voice = {
  matches: /^/,
  title: "Analysis",
  looksFor: "",
  points: "Key points",
  advice: "Act on this first: {point}",
};

/** A Markdown answer made of what the material says, in the voice of the role that the system message gives. */
export function writeProse(reading: Reading): string {
  if (reading.sentences.length === 0) return short(reading);
  const small = reading.sentences.length <= 3 && reading.data.tables.length === 0;
  if (small && reading.sentences.some(({ text }) => demand(text) > 0)) return reply(reading);
  const voice =
    voices.find(({ matches }) => matches.test(reading.role)) ??
    voices.find(({ matches }) => matches.test(reading.task)) ??
    plainVoice;
  const isWriter =
    /\b(writer|editor|author|copywriter)\b/i.test(reading.role) ||
    /^\W*(write|draft|compose|assemble)\b/i.test(reading.task) ||
    (voice === plainVoice && writing.test(reading.task));
  return isWriter ? compose(reading) : review(reading, voice);
}

/** A specialist's view: summary, points, figures, open matters, advice. */
function review(reading: Reading, voice: Voice): string {
  const all = rank(reading, stemsOf(`${voice.looksFor} ${reading.task}`));
  const long = all.filter(({ text }) => text.length > 30);
  const ranked = long.length > 3 ? long : all;
  const points = inOrder(reading, ranked.slice(0, 6));
  const summary = inOrder(
    reading,
    rank(reading, reading.focus)
      .filter((sentence) => !points.includes(sentence))
      .slice(0, 2),
  );
  const open = reading.sentences.filter(({ text }) =>
    /\b([Rr]isk|[Uu]nclear|to be determined|TBD|may\b|[Aa]ssum|[Uu]nless|[Pp]enalt|not\b)/.test(text),
  );
  const concerns = open.filter((sentence) => !points.includes(sentence) && !summary.includes(sentence)).slice(0, 3);
  const first = ranked[0]?.text ?? "";
  return [
    `## ${voice.title}${subject(reading)}`,
    summary.map(({ text }) => ended(text)).join(" "),
    `### ${voice.points}\n\n${bullets(points)}`,
    tables(reading),
    figures(reading),
    concerns.length === 0 ? "" : `### Open matters\n\n${bullets(concerns)}`,
    `### Recommendation\n\n${voice.advice.replace("{point}", () => ended(first))}`,
  ]
    .filter((part) => part.trim() !== "")
    .join("\n\n");
}

/** A document: the material under its own headings, with an opening and a close. */
function compose(reading: Reading): string {
  const opening = inOrder(reading, rank(reading, reading.focus).slice(0, 3));
  const used = new Set(opening);
  const sections = reading.headings
    .map((heading) => {
      const own = reading.sentences.filter(
        (sentence) => sentence.heading === heading && !used.has(sentence) && sentence.weight > 0,
      );
      const best = inOrder(reading, own.toSorted((a, b) => b.weight - a.weight).slice(0, 4));
      return { heading, best, weight: best.reduce((sum, { weight }) => sum + weight, 0) };
    })
    .filter(({ best }) => best.length > 0);
  const strongest = new Set(sections.toSorted((a, b) => b.weight - a.weight).slice(0, 8));
  const rest = rank(reading, reading.focus)
    .filter((sentence) => !used.has(sentence))
    .slice(0, 6);
  const body = sections
    .filter((section) => strongest.has(section))
    .map(({ heading, best }) => `## ${heading.replace(/^[\d.]+\s*/, "")}\n\n${paragraph(best)}`);
  return [
    `# ${title(reading)}`,
    opening.map(({ text }) => ended(text)).join(" "),
    ...(body.length > 0 || rest.length === 0 ? body : [`## What it consists of\n\n${bullets(inOrder(reading, rest))}`]),
    tables(reading),
    figures(reading),
    `## Next steps\n\n${next(reading)}`,
  ]
    .filter((part) => part.trim() !== "")
    .join("\n\n");
}

function paragraph(sentences: Sentence[]): string {
  return sentences.filter(({ listed }) => listed).length > 1
    ? bullets(sentences)
    : sentences.map(({ text }) => ended(text)).join(" ");
}

function figures({ facts, sentences }: Reading): string {
  const shown = [
    ...facts.amounts.slice(0, 4).map(({ text }) => text),
    ...facts.dates.slice(0, 4).map(({ text }) => text),
  ];
  const lines = shown.flatMap((fact) => {
    const said = (sentences.find(({ text }) => text.includes(fact))?.text ?? "").replace(`${fact}: `, "");
    // A sentence that holds nothing but the fact explains nothing.
    return said.length < fact.length + 8 ? [] : [`- **${fact}**: ${shorten(said, 140)}`];
  });
  return lines.length === 0 ? "" : `### Figures and dates\n\n${[...new Set(lines)].join("\n")}`;
}

function tables({ data }: Reading): string {
  return data.tables
    .slice(0, 3)
    .map((table) => {
      const name = table.name === "" ? "In figures" : table.name.charAt(0).toUpperCase() + table.name.slice(1);
      return `### ${name}\n\n${tableText(table)}`;
    })
    .join("\n\n");
}

function next({ facts }: Reading): string {
  const who = facts.names[0];
  const by = facts.dates.at(-1);
  const steps = [
    `- Confirm the points above${who === undefined ? "" : ` with ${who}`}.`,
    `- Release this version${by === undefined ? "" : ` ahead of ${by.text}`}.`,
  ];
  return steps.join("\n");
}

/** A paragraph on a small matter, such as one requirement: what is taken on, and how that is shown. */
function reply(reading: Reading): string {
  const said = reading.sentences.map(({ text }) => promise(text)).join(" ");
  const by = reading.facts.dates[0] ?? reading.facts.amounts[0];
  const mind = by === undefined ? "" : ` The stated ${"iso" in by ? "date" : "amount"}, ${by.text}, is kept.`;
  const about = reading.keywords.slice(0, 3).join(", ");
  return `${said}${mind} One named person answers for ${about === "" ? "it" : `this (${about})`}, and its state is shown at every review.`;
}

/** A demand turned into the answer to it: `The contractor shall deliver …` becomes `We will deliver …`. */
function promise(text: string): string {
  const demanded =
    /^[^,;:]{0,80}?\b(?:shall|must|will|(?:is|are) required to|needs? to)\s+(not\s+)?(?!not\b)(.+)$/i.exec(text);
  return demanded === null ? ended(text) : `We will ${demanded[1] ?? ""}${ended(demanded[2] ?? "")}`;
}

/** For a prompt without material there is nothing to draw from, and saying so is the honest answer. */
function short(reading: Reading): string {
  const asked = shorten(reading.task.replaceAll(/\s+/g, " ").trim(), 300);
  return (
    `You asked: “${asked}”\n\nI am Baton's offline demo model. I answer only from the text that I am given, and this prompt ` +
    "holds none. Pass a document or the results of earlier steps in the prompt, or connect a model provider in the settings."
  );
}

function subject(reading: Reading): string {
  const heading = reading.headings[0] ?? "";
  return heading === "" || heading.length > 70 ? "" : `: ${heading}`;
}

function title(reading: Reading): string {
  // `Write the final response from these parts` asks for a final response.
  const asked =
    /\b(?:write|draft|compose|prepare|assemble|produce|create)\s+(?:the |a |an |our )?([^.:,\n]{4,60}?)(?= from| based| out of| using| with|[.:,\n]|$)/i.exec(
      reading.task,
    )?.[1];
  if (asked !== undefined) return asked.charAt(0).toUpperCase() + asked.slice(1);
  return (
    shorten((reading.headings[0] ?? reading.task.split(/[.\n:]/)[0] ?? "Document").replace(/[.:]+$/, ""), 90) ||
    "Document"
  );
}

function bullets(sentences: Sentence[]): string {
  return sentences.map(({ text }) => `- ${ended(text)}`).join("\n");
}

function ended(text: string): string {
  return /[.!?…:;]["”’)]?$/.test(text) || text === "" ? text : `${text}.`;
}
