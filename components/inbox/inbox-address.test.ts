import { expect, test } from "vitest";
import { inboxAddress, readWhich } from "./inbox-address.ts";

test("an address says which list is shown and what is open, and is read back", () => {
  expect(inboxAddress(null, "mine")).toBe("/approvals");
  expect(inboxAddress("a1", "done")).toBe("/approvals/a1?show=done");
  expect(readWhich("done")).toBe("done");
});

test("an address that means nothing shows the reader's own list", () => {
  expect(readWhich("everything")).toBe("mine");
});
