import { describe, expect, it } from "vitest";
import { compile } from "../../engine/workflow/compile.ts";
import type { PlanNode } from "../../engine/workflow/plan.ts";
import type { Json } from "../../engine/json.ts";
import { catalogue, definitions } from "./definitions.ts";
import { executors, prepareNode } from "./executors.ts";

/** One node behind a start, compiled; its faults when it does not. */
function compileNode(type: string, config: Record<string, Json>, more: object = {}): ReturnType<typeof compile> {
  const node = { id: "it", type, config, ...more };
  const inside =
    type === "loop" || type === "parallel"
      ? [{ id: "inside", type: "transform", parentId: "it", config: { value: 1 } }]
      : [];
  return compile(
    {
      schemaVersion: 1,
      name: "one",
      variables: [{ name: "known" }],
      nodes: [{ id: "start", type: "start" }, node, ...inside],
      edges: [{ id: "e", source: "start", target: "it" }],
    },
    catalogue,
  );
}

function planNode(type: string, config: Record<string, Json>): PlanNode {
  const compiled = compileNode(type, config);
  const node = compiled.ok ? compiled.plan.nodes.get("it") : undefined;
  if (node === undefined) throw new Error(JSON.stringify(compiled.problems));
  return node;
}

const prepare = (type: string, config: Record<string, Json>, input: Record<string, Json> = config): unknown =>
  prepareNode(planNode(type, config), input, { now: 1_000, step: "it" });

describe("every node type", () => {
  it.each(definitions.map((definition) => [definition.type, definition] as const))(
    "%s starts with a config that parses, or says what is missing",
    (_type, definition) => {
      const parsed = definition.config.safeParse(definition.initialConfig);
      if (!parsed.success) expect(definition.type).toBe("set"); // a set node is nothing before it names a variable
      expect(definition.summary(definition.initialConfig)).toBeTypeOf("string");
      expect(definition.description).toMatch(/\.$/);
    },
  );

  it("that is an effect has an executor", () => {
    expect(Object.keys(executors).toSorted()).toEqual(
      definitions
        .filter((each) => each.behaviour === "effect")
        .map((each) => each.type)
        .toSorted(),
    );
  });

  it("refuses settings it does not know", () => {
    for (const { type, initialConfig } of definitions) {
      if (type === "start" || type === "note") continue;
      expect(compileNode(type, { ...initialConfig, org_id: "x" }).ok).toBe(false);
    }
  });
});

describe("condition and switch", () => {
  it("take the way that holds", () => {
    expect(prepare("condition", { expression: true })).toMatchObject({ outcome: { ports: ["true"] } });
    expect(prepare("condition", { expression: false })).toMatchObject({ outcome: { ports: ["false"] } });
    const cases = [
      { port: "a", when: false },
      { port: "b", when: true },
      { port: "c", when: true },
    ];
    expect(prepare("switch", { mode: "first", cases })).toMatchObject({ outcome: { ports: ["b"] } });
    expect(prepare("switch", { mode: "every", cases })).toMatchObject({ outcome: { ports: ["b", "c"] } });
    expect(prepare("switch", { mode: "every", cases: [{ port: "a", when: false }] })).toMatchObject({
      outcome: { ports: ["default"] },
    });
  });

  it("say what they were given when it is neither true nor false", () => {
    expect(() => prepare("condition", { expression: "{{ input.x }}" }, { expression: "false" })).toThrow(
      'gave "false"; it must be true or false',
    );
    expect(() =>
      prepare("switch", { cases: [{ port: "a", when: "{{ input.x }}" }] }, { cases: [{ port: "a", when: 1 }] }),
    ).toThrow('Case "a" gave 1');
  });

  it("refuse two cases of one port, and ports that mean something else", () => {
    expect(
      compileNode("switch", {
        cases: [
          { port: "a", when: true },
          { port: "a", when: true },
        ],
      }).ok,
    ).toBe(false);
    expect(compileNode("switch", { cases: [{ port: "error", when: true }] }).ok).toBe(false);
  });
});

describe("loop", () => {
  it("opens over a list, a number, or a condition", () => {
    expect(prepare("loop", { mode: "each", items: [1, 2], concurrency: 2 })).toEqual({
      kind: "loop",
      items: [1, 2],
      total: 2,
      concurrency: 2,
    });
    expect(prepare("loop", { mode: "times", times: 3 })).toMatchObject({ items: null, total: 3 });
    expect(prepare("loop", { mode: "while", while: "{{ true }}", maxIterations: 5 }, { mode: "while" })).toMatchObject({
      total: null,
    });
  });

  it.each([
    [{ mode: "each", items: "{{ input.x }}" }, { mode: "each", items: "text" }, "needs a list"],
    [{ mode: "each", items: "{{ input.x }}" }, { mode: "each", items: null }, "given nothing"],
    [{ mode: "times", times: "{{ input.x }}" }, { mode: "times", times: -1 }, "whole number"],
    [{ mode: "times", times: "{{ input.x }}" }, { mode: "times", times: 20_000 }, "10000 is its limit"],
    [
      { mode: "each", items: "{{ input.x }}", maxIterations: 1 },
      { mode: "each", items: [1, 2], maxIterations: 1 },
      "1 is its limit",
    ],
  ])("refuses %j when it gives %j", (config, input, message) => {
    expect(() => prepare("loop", config as Record<string, Json>, input as Record<string, Json>)).toThrow(message);
  });
});

describe("wait", () => {
  it("is over after a time or at an instant, and at once when that is past", () => {
    expect(prepare("wait", { mode: "duration", durationMs: 500 })).toEqual({ kind: "wait", until: 1_500 });
    expect(prepare("wait", { mode: "until", until: "2030-01-01T00:00:00Z" })).toEqual({
      kind: "wait",
      until: Date.parse("2030-01-01T00:00:00Z"),
    });
    expect(prepare("wait", { mode: "until", until: 5 })).toEqual({ kind: "wait", until: 1_000 });
    expect(() => prepare("wait", { mode: "until", until: "{{ input.x }}" }, { mode: "until", until: "soon" })).toThrow(
      "needs an instant",
    );
    expect(() =>
      prepare("wait", { mode: "duration", durationMs: "{{ input.x }}" }, { mode: "duration", durationMs: -1 }),
    ).toThrow("milliseconds");
  });
});

describe("approval", () => {
  const config = { title: "Pay?", irreversible: true };

  it("asks with all defaults filled in, and drops a recommendation that is no option", () => {
    const request = prepare(
      "approval",
      { title: "Pay?", recommended: "{{ input.x }}" },
      { title: "Pay?", recommended: "whatever" },
    );
    expect(request).toMatchObject({
      kind: "approval",
      request: {
        title: "Pay?",
        deadlineMs: 86_400_000,
        onTimeout: "reject",
        recommended: null,
        assignee: { kind: "anyone" },
      },
    });
    expect(prepare("approval", { title: "Pay?", recommended: "reject" })).toMatchObject({
      request: { recommended: "reject" },
    });
  });

  it("never lets time approve what cannot be undone", () => {
    const compiled = compileNode("approval", { title: "Pay?", onTimeout: "approve" }, { irreversible: true });
    expect(compiled.problems[0]?.message).toContain("never approved by timeout");
    expect(compileNode("approval", { title: "Pay?", onTimeout: "approve" }).ok).toBe(true);
    expect(compileNode("approval", config).ok).toBe(false);
  });

  it("refuses an escalation to nobody, options without a rejection, and a recommendation of nothing", () => {
    expect(compileNode("approval", { title: "x", onTimeout: "escalate" }).problems[0]?.message).toContain(
      "nobody is named",
    );
    expect(
      compileNode("approval", { title: "x", options: [{ id: "go", label: "Go", kind: "approve" }] }).problems[0]
        ?.message,
    ).toContain("no option that rejects");
    expect(compileNode("approval", { title: "x", recommended: "maybe" }).problems[0]?.message).toContain(
      '"maybe" is not one of the options',
    );
  });

  it("says which setting an expression spoiled", () => {
    expect(() =>
      prepare("approval", { title: "x", deadlineMs: "{{ input.x }}" }, { title: "x", deadlineMs: "tomorrow" }),
    ).toThrow("deadlineMs");
  });
});

describe("set", () => {
  it("writes declared variables only", () => {
    expect(prepare("set", { assignments: [{ name: "known", value: 4 }] })).toMatchObject({
      outcome: { vars: { known: 4 } },
    });
    expect(compileNode("set", { assignments: [{ name: "other", value: 4 }] }).problems[0]?.message).toContain(
      'no variable "other"',
    );
  });
});
