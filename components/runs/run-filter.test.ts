import { expect, test } from "vitest";
import { addressOf, filterOf, readAsked } from "./run-filter.ts";

const id = "0d6f4b1e-6c1d-4d3e-9d0f-2f2b8b2a9c11";
const read = (address: string) => {
  const query = new URL(address, "http://x").searchParams;
  return readAsked((name) => query.get(name) ?? "");
};

test.each(["/runs", "/runs?status=failed", `/runs?status=waiting&workflow=${id}&by=none&time=week`, `/runs?by=${id}`])(
  "%s comes back as it was",
  (address) => {
    expect(addressOf(read(address))).toBe(address);
  },
);

test("what an address cannot mean is left out", () => {
  expect(addressOf(read("/runs?status=odd&workflow=1&by='--&time=year"))).toBe("/runs");
});

test("a span begins that long before now", () => {
  const asked = read("/runs?time=day");
  expect(filterOf(asked, Date.parse("2026-03-02T12:00:00Z")).since).toBe("2026-03-01T12:00:00.000Z");
});
