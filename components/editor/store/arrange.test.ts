import { expect, test } from "vitest";
import { align, distribute, nudge } from "./arrange.ts";
import { nodesOf } from "./graph.ts";
import { placed } from "./layout.ts";
import { fileOf } from "./testing.ts";

const file = fileOf([
  { id: "a", type: "agent", position: { x: 0, y: 0 }, config: { prompt: "x" } },
  { id: "b", type: "agent", position: { x: 300, y: 40 }, config: { prompt: "x" } },
  { id: "c", type: "agent", position: { x: 1000, y: 200 }, config: { prompt: "x" } },
  { id: "box", type: "loop", position: { x: 0, y: 400 }, config: { mode: "times", times: 2 } },
  { id: "inside", type: "agent", parentId: "box", position: { x: 40, y: 80 }, config: { prompt: "x" } },
]);
const at = (changed: typeof file, id: string) => nodesOf(changed).get(id)?.position;

test("aligns and spreads what is chosen, and nothing else", () => {
  const top = align(["a", "b", "c"], "top")(file);
  expect([at(top, "a")?.y, at(top, "b")?.y, at(top, "c")?.y]).toEqual([0, 0, 0]);
  const right = align(["a", "c"], "right")(file);
  expect(at(right, "a")).toEqual({ x: 1000, y: 0 });
  expect(at(right, "b")).toEqual({ x: 300, y: 40 });
  const spread = distribute(["c", "a", "b"], "x")(file);
  expect([at(spread, "a")?.x, at(spread, "b")?.x, at(spread, "c")?.x]).toEqual([0, 500, 1000]);
  expect(align(["a"], "top")(file)).toBe(file);
});

test("moves a container with what it holds, and keeps what is inside of it inside", () => {
  const both = nudge(["box", "inside"], { x: 20, y: 0 })(file);
  expect(at(both, "box")).toEqual({ x: 20, y: 400 });
  expect(at(both, "inside")).toEqual({ x: 40, y: 80 });
  expect(at(nudge(["inside"], { x: -100, y: 0 })(file), "inside")).toEqual({ x: 24, y: 80 });
});

test("what was written rather than drawn is laid out when it is opened; what was drawn stays as it is", () => {
  expect(placed(file)).toBe(file);
  const config = { prompt: "x" };
  const written = fileOf(
    ["a", "b", "c"].map((id) => ({ id, type: "agent", config })),
    ["a b", "b c"],
  );
  const [a = 0, b = 0, c = 0] = ["a", "b", "c"].map((id) => at(placed(written), id)?.x);
  expect(a < b && b < c).toBe(true);
});
