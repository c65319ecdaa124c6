import { assert, constantFrom, array, property, string } from "fast-check";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Markdown } from "./markdown.tsx";
import { isPlainProse, paragraphLook, proseLook } from "./plain-prose.ts";

const parsed = (text: string) => renderToStaticMarkup(createElement(Markdown, { text }));
const plain = (text: string) =>
  renderToStaticMarkup(
    createElement("div", { className: proseLook, dir: "auto" }, createElement("p", { className: paragraphLook }, text)),
  );

test("what is called plain looks the same with and without a parser", () => {
  let seen = 0;
  const pieces = constantFrom(
    ..."Three offers were compared. 12 3) 4. - + = ! ? ' \" ( ) { } ^ $ % / : ; , www http://a.b mailto:a a@b.c x.com é 漢".split(
      " ",
    ),
    " ",
    "  ",
  );
  assert(
    property(array(pieces, { maxLength: 12 }), string({ unit: "binary" }), (words, more) => {
      for (const text of [words.join(""), words.join(" "), more]) {
        if (!isPlainProse(text)) continue;
        seen++;
        expect(parsed(text)).toBe(plain(text));
      }
    }),
    { numRuns: 400 },
  );
  expect(seen).toBeGreaterThan(200);
});

test.each([
  "",
  " a",
  "**a**",
  "a\nb",
  "- a",
  "1. a",
  "see https://a.example",
  "www.a.example",
  "a@b.example",
  "&amp;",
  "---",
])("%j wants the parser", (text) => expect(isPlainProse(text)).toBe(false));
