import { expect, test } from "vitest";
import { asWritten } from "./as-written.ts";

test("a name cannot be made to read as another one", () => {
  expect(asWritten("\u202Egnp.exe\u202C \u2067x\u2069")).toBe("gnp.exe x");
});

test("names in right-to-left scripts stay as they are", () => {
  expect(asWritten("تقرير المبيعات (2026)")).toBe("تقرير المبيعات (2026)");
});
