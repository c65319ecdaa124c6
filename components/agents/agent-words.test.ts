import { expect, test } from "vitest";
import { listOf, successWords } from "./agent-words.ts";

const record = (calls: number, succeeded: number) => ({ calls, succeeded, costUsd: 0, medianMs: null, lastAt: null });

test("an agent that failed once in a thousand is not said to be perfect", () => {
  expect([record(0, 0), record(3, 3), record(1_000, 999), record(3, 2)].map(successWords)).toEqual([
    null,
    "100 %",
    "99 %",
    "67 %",
  ]);
});

test("words are read with commas or lines between, each once", () => {
  expect(listOf(" write, translate,\nwrite ,, ")).toEqual(["write", "translate"]);
});
