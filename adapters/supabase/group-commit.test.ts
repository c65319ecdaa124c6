import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { GroupCommit } from "./group-commit.ts";

/** A database whose answers the test gives: each statement waits until it is let through. */
function database(answer: (items: string[]) => (string | null)[] = (items) => items.map(() => null)) {
  const statements: string[][] = [];
  const gates: (() => void)[] = [];
  const write = async (items: string[]): Promise<(string | null)[]> => {
    statements.push(items);
    await new Promise<void>((resolve) => gates.push(resolve));
    return answer(items);
  };
  const open = async (): Promise<void> => {
    gates.shift()?.();
    await tick();
  };
  return { statements, write, open };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const limits = { isRefusal: () => true, maxItems: 3, maxBytes: 100, lanes: 1 };

test("one alone goes out at once; what is asked for meanwhile goes out together", async () => {
  const { statements, write, open } = database();
  const commits = new GroupCommit({ ...limits, write });
  const first = commits.add("a", 1);
  await tick();
  const later = [commits.add("b", 1), commits.add("c", 1)];
  await tick();
  expect(statements).toEqual([["a"]]);
  await open();
  expect(await first).toBeNull();
  expect(statements).toEqual([["a"], ["b", "c"]]);
  await open();
  expect(await Promise.all(later)).toEqual([null, null]);
});

test("a statement is bounded by count and by bytes, and one item that is larger goes alone", async () => {
  const { statements, write, open } = database();
  const commits = new GroupCommit({ ...limits, write });
  const sizes = [1, 1, 1, 1, 500, 60, 60];
  const results = sizes.map((bytes, index) => commits.add(`${index}`, bytes));
  for (let round = 0; round < 5; round++) {
    await tick();
    await open();
  }
  expect(statements).toEqual([["0", "1", "2"], ["3"], ["4"], ["5"], ["6"]]);
  expect(await Promise.all(results)).toEqual(sizes.map(() => null));
});

test("each hears its own refusal", async () => {
  const { write, open } = database((items) => items.map((item) => (item === "b" ? "BT001" : null)));
  const commits = new GroupCommit({ ...limits, write });
  const results = ["a", "b", "c"].map((item) => commits.add(item, 1));
  await tick();
  await open();
  expect(await Promise.all(results)).toEqual([null, "BT001", null]);
});

test("one that spoils the statement for all is found by sending each alone", async () => {
  const commits = new GroupCommit<string, string | null>({
    ...limits,
    write: async (items) => {
      if (items.includes("bad")) throw new Error("invalid json");
      return items.map(() => null);
    },
  });
  const results = await Promise.allSettled(["a", "bad", "c"].map((item) => commits.add(item, 1)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("a database that is away fails all at once, without asking again for each", async () => {
  let asked = 0;
  const commits = new GroupCommit<string, string | null>({
    ...limits,
    isRefusal: () => false,
    write: async () => {
      asked += 1;
      throw new Error("connection refused");
    },
  });
  const results = await Promise.allSettled(["a", "b", "c"].map((item) => commits.add(item, 1)));
  expect(results.every(({ status }) => status === "rejected")).toBe(true);
  expect(asked).toBe(1);
});

test("what is written for many is not on behalf of the one who came first", async () => {
  const behalf = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const write = async (items: string[]): Promise<null[]> => {
    seen.push(behalf.getStore());
    return items.map(() => null);
  };
  const commits = new GroupCommit({ ...limits, write });
  await Promise.all(["a", "b", "c", "d"].map((org) => behalf.run(org, () => commits.add(org, 1))));
  expect(seen).toEqual([undefined, undefined]);
});
