import { describe, expect, it } from "vitest";
import type { RunView, StepView } from "../engine/run/projection.ts";
import { compile } from "../engine/workflow/compile.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { coloured, plain } from "./paint.ts";
import { changeLines, renderRun } from "./run-view.ts";

const compiled = compile(
  {
    schemaVersion: 1,
    name: "Answer a tender",
    nodes: [
      { id: "start", type: "start", name: "Start" },
      { id: "read", type: "agent", name: "Reader", config: { prompt: "Read." } },
      { id: "bid", type: "condition", name: "Bid?", config: { expression: "{{ true }}" } },
      { id: "answers", type: "loop", name: "Answer all", config: { mode: "times", times: 3, concurrency: 2 } },
      { id: "answer", type: "agent", name: "Owner", parentId: "answers", config: { prompt: "Answer." } },
      { id: "legal", type: "approval", name: "Legal", config: { title: "Send it?" } },
      { id: "sent", type: "output", name: "Sent", config: { value: "{{ answers.outputs }}" } },
    ],
    edges: [
      { id: "a", source: "start", target: "read" },
      { id: "b", source: "read", target: "bid" },
      { id: "c", source: "bid", sourcePort: "true", target: "answers" },
      { id: "d", source: "answers", target: "legal" },
      { id: "e", source: "legal", sourcePort: "approve", target: "sent" },
    ],
  },
  catalogue,
);
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
const { plan } = compiled;

function step(id: string, given: Partial<StepView>): StepView {
  const node = id.split(".").at(-1) ?? id;
  const frame = id.slice(0, Math.max(0, id.length - node.length - 1));
  const inside = /^(.*)\.(\d+)$/.exec(frame);
  return {
    step: id,
    node,
    frame,
    name: plan.nodes.get(node)?.name ?? node,
    type: plan.nodes.get(node)?.type ?? "agent",
    status: "pending",
    attempt: 1,
    maxAttempts: 3,
    queuedAt: 1_000,
    startedAt: 1_000,
    endedAt: null,
    retryAt: null,
    waitsUntil: null,
    error: null,
    input: null,
    output: null,
    usage: [],
    logs: [],
    attempts: [],
    approvalId: null,
    childRunId: null,
    listening: [],
    container: inside?.[1] ?? null,
    index: inside === null ? null : Number(inside[2]),
    progress: null,
    ...given,
  };
}

function view(steps: StepView[], given: Partial<RunView> = {}): RunView {
  return {
    runId: "run-1",
    status: "running",
    input: {},
    output: null,
    error: null,
    errorStep: null,
    costUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    demo: false,
    queuedAt: 1_000,
    startedAt: 1_000,
    endedAt: null,
    seq: 1,
    steps,
    ...given,
  };
}

const options = { now: 5_000, width: 100, height: 40, paint: plain };
const working = [
  step("start", { status: "completed", endedAt: 1_000 }),
  step("read", { status: "completed", endedAt: 2_200 }),
  step("bid", { status: "completed", endedAt: 2_200, output: { value: true } }),
  step("answers", { status: "running", startedAt: 2_200, progress: { done: 1, total: 3 } }),
  step("answers.0.answer", { status: "completed", endedAt: 3_000 }),
  step("answers.1.answer", { status: "running", startedAt: 3_000 }),
  step("answers.2.answer", {
    status: "waiting",
    attempt: 2,
    retryAt: 7_000,
    error: { code: "MODEL_UNAVAILABLE", message: "Overloaded.", retryable: true },
  }),
];

describe("a run in a terminal", () => {
  it("shows what is done, what is at work side by side, and what is to come", () => {
    expect(renderRun(view(working, { demo: true }), plan, options).map((line) => line.trimEnd())).toEqual([
      "Answer a tender ● running · 4.0 s · run-1",
      "  Answers come from the offline demo model, not from a real one.",
      "  ✓ Start                                completed",
      "  ✓ Reader                               completed  1.2 s",
      "  ✓ Bid?                                 completed  → true · 1.2 s",
      "  ● Answer all                           running  1/3 · 2.8 s",
      "      ● #2 Owner                             running  2.0 s",
      "      ↻ #3 Owner                             trying again 3/3  in 2.0 s · Overloaded.",
      "  · Legal                                not yet",
      "  · Sent                                 not yet",
    ]);
  });

  it("says how a waiting approval is decided", () => {
    const asked = step("legal", {
      status: "waiting",
      approvalId: "11111111-2222-4333-8444-555555555555",
      waitsUntil: 65_000,
    });
    const lines = renderRun(view([asked], { status: "waiting" }), plan, options);
    expect(lines.join("\n")).toContain("◆ Legal                                waits for a decision  1 min 00 s left");
    expect(lines.join("\n")).toContain("npm run baton -- approve 11111111-2222-4333-8444-555555555555");
  });

  it("fits into a small window: what is at work stays, what ended goes first", () => {
    const lines = renderRun(view(working), plan, { ...options, width: 60, height: 6 });
    expect(lines).toHaveLength(6);
    expect(lines[1]).toContain("… ");
    expect(lines.join("\n")).toContain("#2 Owner");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  });

  it("never lets a name or an error steer the terminal", () => {
    const evil = step("read", {
      status: "failed",
      name: "Reader\u001B[2J",
      error: { code: "INTERNAL", message: "bad\u001B]0;x\u0007\nworse", retryable: false },
    });
    const text =
      renderRun(view([evil]), plan, options).join("\n") + changeLines(view([evil]), new Map(), plain).join("\n");
    expect(text).not.toContain("\u001B");
    expect(text).toContain("bad]0;x worse");
    expect(renderRun(view([evil]), plan, { ...options, paint: coloured }).join("")).toContain("\u001B[31m✗");
  });
});

describe("a run as lines", () => {
  it("says each change once, with its place and its time since the run began", () => {
    const said = new Map<string, string>();
    expect(changeLines(view(working.slice(0, 3)), said, plain)).toEqual([
      "00:00.0  ✓ Start completed",
      "00:01.2  ✓ Reader completed (1.2 s)",
      "00:01.2  ✓ Bid? completed (→ true, 1.2 s)",
    ]);
    expect(changeLines(view(working), said, plain)).toEqual([
      "00:01.2  ● Answer all running (1/3)",
      "00:01.2  ↻ Answer all #3 · Owner trying again 3/3 (Overloaded.)",
      "00:02.0  ✓ Answer all #1 · Owner completed (2.0 s)",
      "00:02.0  ● Answer all #2 · Owner running",
    ]);
    expect(changeLines(view(working), said, plain)).toEqual([]);
  });

  it("ends with the end of the run and its reason", () => {
    const error = { code: "MODEL_UNAVAILABLE" as const, message: "The model does not answer.", retryable: true };
    const lines = changeLines(view([], { status: "failed", error, endedAt: 61_500 }), new Map(), plain);
    expect(lines).toEqual(["01:00.5  ✗ Run failed: The model does not answer."]);
  });
});
