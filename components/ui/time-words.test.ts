import { expect, test } from "vitest";
import { durationWords, moneyWords, relativeWords } from "./time-words.ts";

test.each([
  [0, "just now"],
  [59_000, "just now"],
  [61_000, "1m ago"],
  [3 * 3_600_000, "3h ago"],
  [2 * 86_400_000, "2d ago"],
  [400 * 86_400_000, "1y ago"],
  [-30_000, "in under 1m"],
  [-7_200_000, "in 2h"],
])("%i ms ago reads %s", (distance, words) => {
  expect(relativeWords(1_000_000_000_000 - distance, 1_000_000_000_000)).toBe(words);
});

test.each([
  [-5, "0 ms"],
  [340, "340 ms"],
  [12_400, "12.4 s"],
  [185_000, "3m 05s"],
  [7_800_000, "2h 10m"],
  [200_000_000, "2d 7h"],
])("%i ms lasts %s", (ms, words) => {
  expect(durationWords(ms)).toBe(words);
});

test("small sums do not read as nothing", () => {
  expect([0, 0.00042, 0.5, 12.345].map(moneyWords)).toEqual(["$0", "$0.00042", "$0.50", "$12.35"]);
});
