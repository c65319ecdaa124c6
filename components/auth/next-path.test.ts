import { expect, test } from "vitest";
import { nextPath } from "./next-path.ts";

test.each([
  "//evil.example",
  "/\\evil.example",
  "https:evil.example",
  "https://evil.example",
  "/\t/evil.example",
  "/%0a/../\n/evil.example",
  "javascript:alert(1)",
  "\\\\evil.example",
  "/..//evil.example",
  "/.//evil.example",
  "evil",
  "",
  " /runs",
  null,
  undefined,
  ["/runs", "//evil.example"],
])("%j leads home, not away", (asked) => {
  expect(nextPath(asked)).toBe("/home");
});

test.each(["/runs", "/runs/1?tab=log#s", "/workflows?q=a%20b", "/%09/evil.example"])("%s is one of ours", (asked) => {
  expect(nextPath(asked)).toBe(asked);
});
