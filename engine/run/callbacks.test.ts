import { describe, expect, it } from "vitest";
import { compile } from "../workflow/compile.ts";
import type { WorkflowFileInput } from "../workflow/file.ts";
import { testCatalogue } from "../testing/catalogue.ts";
import { callbackMark, marksIn } from "./callbacks.ts";
import { scopeOf } from "./scope.ts";
import { emptyState } from "./fold.ts";
import type { Frame, RunState } from "./state.ts";

const file = (reads: string): WorkflowFileInput => ({
  schemaVersion: 1,
  name: "calls",
  nodes: [
    { id: "start", type: "start" },
    { id: "paid", type: "pause", config: { mode: "callback" } },
    { id: "later", type: "pause", config: { mode: "duration", durationMs: 1 } },
    { id: "each", type: "loop" },
    { id: "answered", type: "pause", parentId: "each", config: { mode: "callback" } },
    {
      id: "inside",
      type: "calc",
      parentId: "each",
      config: { x: "{{ run.callbacks.answered + run.callbacks.paid }}" },
    },
    { id: "aside", type: "calc", config: { x: reads } },
  ],
  edges: ["paid", "later", "each", "aside"].map((target) => ({ id: `to_${target}`, source: "start", target })),
});
const plan = (() => {
  const compiled = compile(file("{{ run.callbacks.paid }}"), testCatalogue);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
})();

const frame = (id: string, container: string | null): Frame => ({
  id,
  container,
  parent: container === null ? null : "",
  index: 2,
  item: null,
  edges: {},
  steps: {},
  open: 0,
  arrivals: {},
});
const state: RunState = {
  ...emptyState("run-1"),
  callbackKey: "k3y",
  frames: { "": frame("", null), "each.2": frame("each.2", "each") },
};

describe("run.callbacks", () => {
  it("has a mark for each wait for a call of this frame and of those around it", () => {
    expect(scopeOf(plan, state, "aside")["run"]).toMatchObject({
      callbacks: { paid: callbackMark("run-1", "k3y", "paid") },
    });
    expect(scopeOf(plan, state, "each.2.inside")["run"]).toMatchObject({
      callbacks: {
        paid: callbackMark("run-1", "k3y", "paid"),
        answered: callbackMark("run-1", "k3y", "each.2.answered"),
      },
    });
  });

  it.each([
    ["{{ run.callbacks.answered }}", "Use one of: paid."],
    ["{{ run.callbacks.later }}", "Use one of: paid."],
    ["{{ run.callbacks.nobody }}", "Use one of: paid."],
  ])("refuses %s, which is no wait for a call that can be seen from there", (reads, fix) => {
    const { problems } = compile(file(reads), testCatalogue);
    expect(problems).toMatchObject([{ code: "reference", severity: "error", node: "aside", fix }]);
  });

  it("finds no mark that was written without the run's key, as text from outside is", () => {
    for (const at of [callbackMark("run-1", undefined, "paid"), callbackMark("run-1", "guess", "paid")])
      expect(marksIn(`Answer at ${at}`, "run-1", "k3y")).toEqual([]);
  });

  it("finds marks of this run alone, in texts and in parts of addresses", () => {
    const [own, inLoop, other] = [
      callbackMark("run-1", "k3y", "paid"),
      callbackMark("run-1", "k3y", "each.2.answered"),
      callbackMark("run-2", "k3y", "paid"),
    ];
    expect(marksIn(`Pay at ${own}. Answer at ${inLoop}, not ${other}.`, "run-1", "k3y")).toEqual([
      { mark: own, step: "paid", encoded: false },
      { mark: inLoop, step: "each.2.answered", encoded: false },
    ]);
    const encoded = encodeURIComponent(own);
    expect(marksIn(`https://pay.test/?back=${encoded}&n=1`, "run-1", "k3y")).toEqual([
      { mark: encoded, step: "paid", encoded: true },
    ]);
  });
});
