import { describe, expect, it } from "vitest";
import { problems, start, task, workflow, type Nodes } from "../testing/drawn.ts";
import { testCatalogue } from "../testing/catalogue.ts";
import { compile } from "./compile.ts";
import type { WorkflowFileInput } from "./file.ts";

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
