import { describe, expect, it } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { compile } from "./compile.ts";
import type { WorkflowFileInput } from "./file.ts";
import type { Plan, Problem } from "./plan.ts";

type Nodes = WorkflowFileInput["nodes"];
type Edge = [source: string, target: string, port?: string];

function workflow(nodes: Nodes, edges: Edge[], rest: Partial<WorkflowFileInput> = {}): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "test",
    nodes,
    edges: edges.map(([source, target, sourcePort], index) => ({
      id: `e${index}`,
      source,
      target,
      ...(sourcePort === undefined ? {} : { sourcePort }),
    })),
    ...rest,
  };
}

function problems(source: unknown): Problem[] {
  return compile(source, testCatalogue).problems;
}

function planOf(source: unknown): Plan {
  const compiled = compile(source, testCatalogue);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
}

const start = { id: "start", type: "start" };
const task = (id: string, config: Record<string, string> = {}, more: object = {}): Nodes[number] => ({
  id,
  type: "task",
  config,
  ...more,
});

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

describe("references", () => {
  const diamond = (config: Record<string, string>, join: Nodes[number]["join"] = "all"): WorkflowFileInput =>
    workflow(
      [start, { id: "c", type: "choose" }, task("y"), task("n"), { ...task("last", config), join }],
      [
        ["start", "c"],
        ["c", "y", "yes"],
        ["c", "n", "no"],
        ["y", "last"],
        ["n", "last"],
      ],
    );

  it("to a step that may have been skipped are refused, with the way that shows it", () => {
    const [found] = problems(diamond({ x: "{{ y.outputs.a }}" }));
    expect(found?.code).toBe("reference");
    expect(found?.witness).toEqual(["c:no"]);
    expect(found?.path).toEqual(["nodes", 4, "config", "x"]);
    expect(found?.message).toContain("c takes no");
  });

  it("are accepted with a fallback, behind the choice, and to what both ways share", () => {
    expect(problems(diamond({ x: "{{ y.outputs.a ?? n.outputs.a }}" }))).toEqual([]);
    expect(problems(diamond({ x: "{{ y.outputs.a ?? 0 }}" }))).toEqual([]);
    expect(problems(diamond({ x: "{{ y.outputs ?? n.outputs }}" }))).toEqual([]);
    expect(problems(diamond({ x: "{{ c.outputs.value }}" }))).toEqual([]);
    expect(problems(diamond({ x: "{{ y.status }}" }))).toEqual([]);
  });

  it("to steps side by side are fine after a join on all, and refused after the first", () => {
    const fan = (join: Nodes[number]["join"]): WorkflowFileInput =>
      workflow(
        [start, task("a"), task("b"), { ...task("last", { x: "{{ a.outputs.x + b.outputs.x }}" }), join }],
        [
          ["start", "a"],
          ["start", "b"],
          ["a", "last"],
          ["b", "last"],
        ],
      );
    expect(problems(fan("all"))).toEqual([]);
    expect(problems(fan({ atLeast: 2 }))).toEqual([]);
    expect(problems(fan("any")).map((each) => each.code)).toEqual(["reference", "reference"]);
  });

  it("to a step that may fail and be skipped are refused", () => {
    const source = workflow(
      [start, task("a", {}, { onError: "skip" }), task("b", { x: "{{ a.outputs.x }}" }), task("c")],
      [
        ["start", "a"],
        ["start", "c"],
        ["a", "b"],
        ["c", "b"],
      ],
    );
    const [found] = problems(source);
    expect(found?.witness).toEqual(["a:(failed)"]);
    expect(
      problems(
        workflow(
          [start, task("a", {}, { onError: { value: 1 } }), task("b", { x: "{{ a.outputs }}" })],
          [
            ["start", "a"],
            ["a", "b"],
          ],
        ),
      ),
    ).toEqual([]);
  });

  it.each([
    ["a later step", "{{ z.outputs.x }}", "not certain to be done"],
    ["an unknown name", "{{ strat.outputs }}", 'Did you mean "start"'],
    ["a property a step has not", "{{ start.output }}", "start.outputs.output"],
    ["a variable nobody declared", "{{ vars.totl }}", "no variable"],
    ["a loop outside of one", "{{ loop.item }}", "only inside a loop"],
    ["an error without an error port", "{{ error.message }}", "error port"],
    ["the inside of a container", "{{ inner.outputs }}", "stands inside l"],
    ["itself", "{{ a.outputs.x }}", "not certain to be done"],
  ])("to %s are refused", (_name, expression, text) => {
    const source = workflow(
      [start, task("a", { x: expression }), task("z"), { id: "l", type: "loop" }, task("inner", {}, { parentId: "l" })],
      [
        ["start", "a"],
        ["a", "z"],
        ["start", "l"],
      ],
      { variables: [{ name: "total" }] },
    );
    const [found] = problems(source);
    expect(`${found?.message} ${found?.fix}`).toContain(text);
  });

  it("from inside a container reach what is done before the container", () => {
    const source = workflow(
      [
        start,
        task("a"),
        { id: "l", type: "loop" },
        task("b", { x: "{{ a.outputs.list[loop.index] + vars.total }}" }, { parentId: "l" }),
        task("c", { x: "{{ b.outputs }}" }, { parentId: "l" }),
      ],
      [
        ["start", "a"],
        ["a", "l"],
        ["b", "c"],
      ],
      { variables: [{ name: "total" }] },
    );
    expect(problems(source)).toEqual([]);
  });

  it("to an input field nobody declared are a warning, or an error where the input is closed", () => {
    const source = (closed: boolean): WorkflowFileInput =>
      workflow([start, task("a", { x: "{{ input.nam }}" })], [["start", "a"]], {
        input: { type: "object", properties: { name: {} }, ...(closed ? { additionalProperties: false } : {}) },
      });
    expect(problems(source(false))[0]?.severity).toBe("warning");
    expect(compile(source(false), testCatalogue).ok).toBe(true);
    expect(compile(source(true), testCatalogue).ok).toBe(false);
  });
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
