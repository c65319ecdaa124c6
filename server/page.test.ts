import { expect, test } from "vitest";
import { decodeCursor, encodeCursor } from "./page.ts";

test("a cursor comes back as it was", () => {
  const cursor = { at: "2026-03-01T12:00:00.123456Z", id: "00000000-0000-4000-8000-00000000000a" };
  expect(decodeCursor(encodeCursor(cursor)!)).toEqual(cursor);
  expect([decodeCursor(undefined), encodeCursor(null)]).toEqual([null, null]);
});

const id = "00000000-0000-4000-8000-00000000000a";
test.each([
  "x",
  "",
  Buffer.from("null").toString("base64url"),
  Buffer.from(JSON.stringify(["now()", id])).toString("base64url"),
  Buffer.from(JSON.stringify(["2026-13-01T99:00:00Z", id])).toString("base64url"),
  Buffer.from(JSON.stringify(["2026-03-01T12:00:00Z", "1 or 1=1"])).toString("base64url"),
])("%j is no cursor of ours", (text) => {
  expect(() => decodeCursor(text)).toThrow(/cursor/);
});
