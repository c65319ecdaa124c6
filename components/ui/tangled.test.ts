import { expect, test } from "vitest";
import { isTangled } from "./tangled.ts";

test("text that would hang a reader of Markdown is told apart", () => {
  for (const text of [
    "[".repeat(8_000),
    `${">".repeat(2_000)} deep`,
    "*a_".repeat(3_000),
    `${"- ".repeat(3_000)}x`,
    "1. ".repeat(300),
    `|${"a|".repeat(9_000)}`,
    `Before.\n\n${" ".repeat(400)}- far in`,
  ]) {
    expect(isTangled(text), text.slice(0, 20)).toBe(true);
  }
});

test("what people and models write is read as Markdown", () => {
  const table = "| Requirement | Answer | Where |\n|---|---|---|\n".concat("| R1 | We comply | Part 2 |\n".repeat(200));
  for (const text of [
    "",
    "Plain.",
    "> > quoted twice",
    "- a\n  - b\n    - c",
    "**bold** and `code` ".repeat(300),
    table,
  ]) {
    expect(isTangled(text), text.slice(0, 20)).toBe(false);
  }
});
