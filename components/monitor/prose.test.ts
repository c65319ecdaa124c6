import { expect, test } from "vitest";
import { documentOf, readingOrder } from "./prose.ts";

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
