import { expect, test } from "vitest";
import { outlineRows } from "./outline.ts";
import { fileOf } from "./testing.ts";

const file = fileOf(
  [
    { id: "end", type: "output", config: { value: "x" } },
    { id: "choose", type: "condition", config: { condition: "{{ true }}" } },
    { id: "box", type: "parallel", config: {} },
    { id: "inside", type: "agent", parentId: "box", config: { prompt: "x" } },
    { id: "start", type: "start" },
    { id: "alone", type: "agent", position: { x: 900, y: 0 }, config: { prompt: "x" } },
  ],
  ["start choose", "choose box true", "choose end false", "box end"],
);
const words = (folded: string[] = []) =>
  outlineRows(file, new Set(folded)).map(
    (row) => `${row.level} ${row.kind === "node" ? row.key : `${row.port ?? ""}→${row.target.id}`}`,
  );

test("lists steps in the order in which they come, with their ways on and what they hold", () => {
  expect(words()).toEqual([
    "1 start",
    "2 →choose",
    "1 alone",
    "1 choose",
    "2 True→box",
    "2 False→end",
    "1 box",
    "2 inside",
    "2 →end",
    "1 end",
  ]);
});

test("leaves out what is folded, and ends on a circle", () => {
  expect(words(["choose", "box"])).toEqual(["1 start", "2 →choose", "1 alone", "1 choose", "1 box", "1 end"]);
  const circle = { ...file, edges: [...file.edges, { ...file.edges[0]!, id: "e9", source: "end", target: "choose" }] };
  expect(outlineRows(circle, new Set()).filter((row) => row.kind === "node")).toHaveLength(6);
});
