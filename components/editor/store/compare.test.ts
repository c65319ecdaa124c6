import { expect, test } from "vitest";
import { compareFiles } from "./compare.ts";
import { fileOf } from "./testing.ts";

const start = { id: "start", type: "start" };
const of = (value: string, more: object = {}) => ({ id: "a", type: "transform", config: { value }, ...more });

test("what both have is no difference, nor are places and the order of fields", () => {
  const mine = fileOf([start, of("1", { position: { x: 0, y: 0 } })], ["start a"]);
  const theirs = fileOf([start, of("1", { position: { x: 400, y: 8 } })], ["start a"]);
  expect(compareFiles(mine, theirs)).toEqual({ differences: [], more: 0 });
});

test("a setting, a name and a step stand as either version has them", () => {
  const mine = fileOf([start, of("one", { name: "Mine" }), { id: "b", type: "set", name: "Only mine" }]);
  const theirs = fileOf([start, of("two", { name: "Theirs" }), { id: "c", type: "output", name: "Only theirs" }]);
  expect(compareFiles(mine, theirs).differences).toEqual([
    { id: "a.name", what: "Mine: name", mine: "Mine", theirs: "Theirs" },
    { id: "a.config.value", what: "Mine: value", mine: "one", theirs: "two" },
    { id: "b", what: "Step “Only mine”", mine: "Set variables", theirs: null },
    { id: "c", what: "Step “Only theirs”", mine: null, theirs: "Output" },
  ]);
});

test("of a long text the part that differs is shown", () => {
  const long = "the same ".repeat(100);
  const { differences } = compareFiles(fileOf([of(`${long}here`)]), fileOf([of(`${long}there`)]));
  expect(differences).toHaveLength(1);
  expect(differences[0]?.mine).toMatch(/^….{24}here$/);
  expect(differences[0]?.theirs).toMatch(/^….{24}there$/);
});

test("connections are counted on either side, and a long list is cut with its rest told", () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ id: `n${index}`, type: "set" }));
  const { differences, more } = compareFiles(fileOf([start, ...many], ["start n0"]), fileOf([start]));
  expect([differences.length, more]).toEqual([24, 7]);
  const joined = compareFiles(fileOf([start, of("1")], ["start a"]), fileOf([start, of("1")]));
  expect(joined.differences).toEqual([
    { id: "edges", what: "Connections", mine: "1, of them 1 only here", theirs: "0, of them 0 only here" },
  ]);
});
