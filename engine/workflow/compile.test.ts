import { describe, expect, it } from "vitest";
import { planOf, problems, start, task, workflow, type Edge, type Nodes } from "../testing/drawn.ts";
import type { WorkflowFileInput } from "./file.ts";
import type { Problem } from "./plan.ts";

describe("a file that does not parse", () => {
  it.each<[string, unknown, (string | number)[]]>([
    ["nothing", null, []],
    ["a list", [], []],
    ["a text", "{}", []],
    ["a later version", workflow([start], [], { schemaVersion: 2 as 1 }), ["schemaVersion"]],
    ["an unknown field", { ...workflow([start], []), extra: 1 }, []],
    ["an unknown field of a node", workflow([{ ...start, org_id: "x" } as never], []), ["nodes", 0]],
    ["an id with a dot", workflow([{ id: "a.b", type: "task" }], []), ["nodes", 0, "id"]],
    ["a reserved id", workflow([{ id: "input", type: "task" }], []), ["nodes", 0, "id"]],
    ["an id that is __proto__", workflow([{ id: "__proto__", type: "task" }], []), ["nodes", 0, "id"]],
    ["an id that every object has", workflow([{ id: "constructor", type: "task" }], []), ["nodes", 0, "id"]],
    ["an edge's id that every object has", edgeNamed("toString"), ["edges", 0, "id"]],
    ["an edge's id that is __proto__", edgeNamed("__proto__"), ["edges", 0, "id"]],
    ["a limit that every object has", workflow([limited("valueOf")], []), ["nodes", 0, "limit", "key"]],
    ["a join on none", workflow([{ ...task("a"), join: { atLeast: 0 } }], []), ["nodes", 0, "join"]],
  ])("is refused with its path: %s", (_name, source, path) => {
    const found = problems(source);
    expect(found.map((each) => each.code)).toContain("file");
    expect(found.some((each) => JSON.stringify(each.path).startsWith(JSON.stringify(path).slice(0, -1)))).toBe(true);
    for (const each of found) expect(each.fix).not.toBe("");
  });

  it("is refused when it is larger than the limit", () => {
    const found = problems({ ...workflow([start], []), description: "x".repeat(1_000_001) });
    expect(found[0]?.message).toContain("1000000 is the limit");
  });

  it("tells everything wrong at once", () => {
    expect(problems({ schemaVersion: 1, name: "", nodes: [{ id: "1" }, { id: "b" }] }).length).toBeGreaterThanOrEqual(
      3,
    );
  });
});

function edgeNamed(id: string): WorkflowFileInput {
  return { ...workflow([start, task("a")], []), edges: [{ id, source: "start", target: "a" }] };
}

function limited(key: string): Nodes[number] {
  return { ...task("a"), limit: { key, max: 1 } };
}

describe("a graph that does not hold together", () => {
  it.each<[string, WorkflowFileInput, Problem["code"], string]>([
    ["no nodes", workflow([], []), "empty", "no nodes"],
    ["an unknown type", workflow([start, { id: "a", type: "magic" }], [["start", "a"]]), "unknown-type", "magic"],
    ["two nodes of one id", workflow([start, task("a"), task("a")], [["start", "a"]]), "duplicate-id", '"a"'],
    [
      "an edge from nowhere",
      workflow(
        [start, task("a")],
        [
          ["start", "a"],
          ["ghost", "a"],
        ],
      ),
      "edge",
      "ghost",
    ],
    ["an unknown port", workflow([start, task("a")], [["start", "a", "side"]]), "port", '"side"'],
    [
      "an error port nobody asked for",
      workflow(
        [start, task("a"), task("b")],
        [
          ["start", "a"],
          ["a", "b", "error"],
        ],
      ),
      "port",
      "error",
    ],
    [
      "a parent that is no container",
      workflow([start, task("a"), task("b", {}, { parentId: "a" })], [["start", "a"]]),
      "parent",
      "not a container",
    ],
    [
      "a parent that is not there",
      workflow([start, task("b", {}, { parentId: "zzz" })], []),
      "parent",
      "does not exist",
    ],
    [
      "an edge into a container",
      workflow(
        [start, { id: "l", type: "loop" }, task("b", {}, { parentId: "l" })],
        [
          ["start", "l"],
          ["start", "b"],
        ],
      ),
      "edge",
      "different containers",
    ],
    [
      "a container with nothing inside",
      workflow([start, { id: "l", type: "loop" }], [["start", "l"]]),
      "empty",
      "nothing inside",
    ],
    [
      "a node nothing leads to",
      workflow([start, task("a"), task("b")], [["start", "a"]]),
      "unreachable",
      "Nothing leads to b",
    ],
    [
      "a loop of edges",
      workflow(
        [start, task("a"), task("b")],
        [
          ["start", "a"],
          ["a", "b"],
          ["b", "a"],
        ],
      ),
      "cycle",
      "→",
    ],
    [
      "an edge to itself",
      workflow(
        [start, task("a")],
        [
          ["start", "a"],
          ["a", "a"],
        ],
      ),
      "cycle",
      "a → a",
    ],
    [
      "a join on more edges than there are",
      workflow([start, { ...task("a"), join: { atLeast: 2 } }], [["start", "a"]]),
      "join",
      "waits for 2",
    ],
    [
      "a while loop without a bound",
      workflow(
        [start, { id: "l", type: "loop", config: { while: "{{ true }}" } }, task("b", {}, { parentId: "l" })],
        [["start", "l"]],
      ),
      "unbounded-loop",
      "without a bound",
    ],
    [
      "two outputs that can both run",
      workflow(
        [start, { id: "a", type: "end" }, { id: "b", type: "end" }],
        [
          ["start", "a"],
          ["start", "b"],
        ],
      ),
      "output",
      "both",
    ],
    [
      "an expression that does not parse",
      workflow([start, task("a", { x: "{{ 1 + }}" })], [["start", "a"]]),
      "expression",
      "1 +",
    ],
    [
      "braces that do not close",
      workflow([start, task("a", { x: "{{ input.a" })], [["start", "a"]]),
      "expression",
      "not closed",
    ],
  ])("is refused: %s", (_name, source, code, text) => {
    const found = problems(source).filter((each) => each.code === code);
    expect(found.map((each) => each.message).join("\n")).toContain(text);
    expect(found[0]?.fix).not.toBe("");
  });

  it("refuses containers that stand inside each other", () => {
    const source = workflow(
      [start, { id: "l", type: "loop", parentId: "m" }, { id: "m", type: "loop", parentId: "l" }],
      [],
    );
    expect(problems(source).map((each) => each.code)).toContain("parent");
  });

  it("shows the choices that keep a node from ever running", () => {
    const source = workflow(
      [start, { id: "c", type: "choose" }, task("y"), task("n"), { ...task("both"), join: { atLeast: 2 } }],
      [
        ["start", "c"],
        ["c", "y", "yes"],
        ["c", "n", "no"],
        ["y", "both"],
        ["n", "both"],
      ],
    );
    const found = problems(source).find((each) => each.code === "join");
    expect(found?.message).toContain("can never run");
    expect(found?.node).toBe("both");
  });
});

it("says where a contract for what a step gives is not checked", () => {
  const contract = { output: { type: "object" } };
  const nodes = (type: string) => workflow([start, { id: "a", type, config: {}, contract }], [["start", "a"]]);
  expect(problems(nodes("pause"))).toMatchObject([{ code: "contract", severity: "warning", node: "a" }]);
  expect(problems(nodes("calc"))).toEqual([]);
});

describe("a plan", () => {
  it("tells levels, the longest way and the estimates of containers", () => {
    const plan = planOf(
      workflow(
        [
          start,
          task("a"),
          task("b"),
          { id: "l", type: "loop", config: { times: 4, concurrency: 2 } },
          task("in1", {}, { parentId: "l" }),
          { id: "p", type: "parallel" },
          task("x", {}, { parentId: "p" }),
          task("last"),
        ],
        [
          ["start", "a"],
          ["start", "b"],
          ["a", "l"],
          ["l", "last"],
          ["b", "p"],
          ["p", "last"],
        ],
      ),
    );
    expect(plan.levels).toEqual([["start"], ["a", "b"], ["l", "p"], ["last"]]);
    expect(plan.criticalPath).toEqual(["start", "a", "l", "last"]);
    expect(plan.nodes.get("l")?.estimate.ms).toBe(2);
    expect(plan.nodes.get("start")?.rank).toBeGreaterThan(plan.nodes.get("last")?.rank ?? 0);
    expect(plan.scopes.get("p")?.branches).toEqual([["x"]]);
  });

  it("is made from a thousand nodes in a moment", () => {
    const nodes = [
      start,
      ...Array.from({ length: 999 }, (_, index) =>
        task(`n${index}`, { x: index > 0 ? `{{ n${index - 1}.outputs }}` : "" }),
      ),
    ];
    const edges: Edge[] = nodes.slice(1).map((node, index) => [nodes[index]?.id ?? "", node.id]);
    expect(problems(workflow(nodes, edges))).toEqual([]);
  });

  it("keeps formulas small over two hundred diamonds in a row", () => {
    const nodes: Nodes = [start];
    const edges: Edge[] = [];
    let last = "start";
    for (let i = 0; i < 200; i++) {
      nodes.push(
        { id: `c${i}`, type: "choose" },
        task(`y${i}`),
        task(`n${i}`),
        task(`j${i}`, { x: `{{ y${i}.outputs ?? n${i}.outputs }} {{ ${last}.status }}` }),
      );
      edges.push(
        [last, `c${i}`],
        [`c${i}`, `y${i}`, "yes"],
        [`c${i}`, `n${i}`, "no"],
        [`y${i}`, `j${i}`],
        [`n${i}`, `j${i}`],
      );
      last = `j${i}`;
    }
    expect(problems(workflow(nodes, edges))).toEqual([]);
  });
});
