import { expect, test } from "vitest";
import { Shares } from "./shares.ts";

/** Counts who was given a connection, in order. */
function counter(most: number) {
  const shares = new Shares(most);
  const given: (string | null)[] = [];
  const take = (org: string | null, times = 1) =>
    Array.from({ length: times }, () => shares.take(org, () => given.push(org)));
  const held = (org: string | null) => given.filter((one) => one === org).length;
  return { shares, given, take, held };
}

test("one organisation gets three quarters, the next ones of what is left, and each its first", () => {
  const { take, held } = counter(20);
  take("a", 100);
  expect(held("a")).toBe(15);
  take("b", 100);
  expect(held("b")).toBe(4);
  take("c", 100);
  expect(held("c")).toBe(1);
  // There is none left, and still nobody stands behind those who wait for more.
  take("d", 100);
  expect(held("d")).toBe(1);
});

test("what is given back goes to who has room, the organisations by turns", () => {
  const { shares, given, take } = counter(4);
  take("a", 10);
  take("b", 10);
  take("c", 10);
  expect(given).toEqual(["a", "a", "a", "b", "c"]);
  given.length = 0;
  // Of five that are held there may be four: the first one back leaves none free.
  for (const org of ["a", "a", "a", "b", "c"]) shares.giveBack(org);
  expect(new Set(given.slice(0, 3))).toEqual(new Set(["a", "b", "c"]));
});

test("nobody who waits is forgotten: all of them are served in the end", () => {
  const { shares, given, take } = counter(3);
  take("a", 50);
  take("b", 50);
  for (let back = 0; back < given.length; back++) shares.giveBack(given[back] ?? null);
  expect(given).toHaveLength(100);
});

test("what is on nobody's behalf does not wait, and counts as taken", () => {
  const { take, held } = counter(4);
  take(null, 5);
  expect(held(null)).toBe(5);
  take("a", 2);
  expect(held("a")).toBe(1);
});

test("who waits no longer is given nothing", () => {
  const { shares, given, take } = counter(2);
  const cancels = take("a", 5);
  const [before] = [given.length];
  for (const cancel of cancels) cancel?.();
  for (let back = 0; back < before; back++) shares.giveBack("a");
  expect(given).toHaveLength(before);
});
