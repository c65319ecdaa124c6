import { expect, test } from "vitest";
import { documentOf, pieces, readingOrder } from "./prose.ts";

const letter = `Dear customer,\n${"we will. ".repeat(20)}`;
const note = "x".repeat(90);

test("texts come first, the longest at the top; structures last", () => {
  const fields = readingOrder({ open: [], title: "A", note, count: 3, letter, risks: [{ a: 1 }] });
  expect(fields.map(([name]) => name)).toEqual(["letter", "note", "title", "count", "open", "risks"]);
});

test("the document is the text the output is about", () => {
  expect(documentOf("Hi")).toBe("Hi");
  expect(documentOf({ title: "A", letter, note })).toBe(letter);
  expect([documentOf({ title: "A", list: [letter] }), documentOf([letter]), documentOf(null)]).toEqual([
    null,
    null,
    null,
  ]);
});

test("a long text is cut between paragraphs, and nothing of it is lost", () => {
  const text = Array.from({ length: 4_000 }, (_, index) => `Paragraph ${index} of the report.`).join("\n\n");
  const parts = pieces(text);
  expect(parts.join("")).toBe(text);
  expect(parts.length).toBeGreaterThan(4);
  for (const part of parts.slice(1)) expect(part.startsWith("\n\nParagraph")).toBe(true);
  expect(pieces("x".repeat(100_000)).join("")).toHaveLength(100_000);
  expect(pieces("short")).toEqual(["short"]);
});
