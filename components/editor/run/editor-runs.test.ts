import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../../engine/run/event.ts";
import type { ApiClient } from "../../api-client.ts";
import type { JournalListener } from "../../monitor/journal-source.ts";
import { moveNodes, patchNode, setConfig } from "../store/edits.ts";
import { nodesOf } from "../store/graph.ts";
import { fileOf } from "../store/testing.ts";
import { EditorRuns, isStale } from "./editor-runs.ts";

const file = fileOf(
  [
    { id: "start", type: "start" },
    { id: "ask", type: "agent", config: { prompt: "{{ input }}" } },
  ],
  ["start ask"],
);
const id = "00000000-0000-4000-8000-000000000001";
const by = { kind: "user" as const, id: null, label: "Dana" };

function harness() {
  const calls: string[] = [];
  let listener: JournalListener | null = null;
  let draws: (() => void)[] = [];
  const journal: RunEvent[] = [];
  const api: ApiClient = {
    async call(method, path, answer) {
      calls.push(`${method} ${path}`);
      return answer.parse({ id, status: "queued" });
    },
  };
  const runs = new EditorRuns({
    api,
    workflowId: "w",
    journal: () => ({
      read: async (after) => journal.filter((event) => event.seq > after),
      listen(given) {
        listener = given;
        return () => {
          listener = null;
        };
      },
    }),
    ready: async () => ({ version: 3, file }),
    nextFrame: (draw) => draws.push(draw),
    later: () => () => undefined,
  });
  let changes = 0;
  runs.live.subscribe(() => {
    changes += 1;
  });
  return {
    runs,
    calls,
    tell(...bodies: EventBody[]) {
      const from = journal.length + 1;
      for (const body of bodies) journal.push({ ...body, seq: journal.length + 1, at: journal.length + 1 });
      listener?.announced({ from, to: journal.length, events: journal.slice(from - 1) });
    },
    text: (text: string) => listener?.text({ step: "ask", attempt: 1, text }),
    listening: () => listener !== null,
    /** Draws a frame; gives how often the store changed in it. */
    frame() {
      changes = 0;
      const now = draws;
      draws = [];
      for (const draw of now) draw();
      return changes;
    },
  };
}

const queued: EventBody = { type: "run-queued", input: "hello", workflowId: id, version: 3, by, trigger: "manual" };
const scheduled: EventBody = { type: "step-scheduled", step: "ask", attempt: 1, input: { prompt: "hello" } };
const started: EventBody = { type: "step-started", step: "ask", attempt: 1, worker: "w", claim: 1 };

async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

test("what happens in a run is one change of the store a frame", async () => {
  const { runs, tell, text, frame } = harness();
  await runs.start("hello");
  await settle();
  frame();
  tell(queued, { type: "run-started" }, scheduled, started);
  for (const word of ["It ", "is ", "done."]) text(word);
  expect(frame()).toBe(1);
  expect(runs.live.getState().graph.nodes.get("ask")?.step?.status).toBe("running");
  expect([...runs.live.getState().texts.values()]).toEqual(["It is done."]);
  expect(runs.going).toBe(true);
});

test("an ended run feeds the previews and stays on the drawing until it is cleared", async () => {
  const { runs, calls, tell, frame, listening } = harness();
  await runs.start("hello");
  await settle();
  tell(queued, { type: "run-started" }, scheduled, started);
  tell({ type: "step-completed", step: "ask", attempt: 1, output: { text: "Done." } });
  tell({ type: "run-completed", output: null });
  frame();
  expect(runs.going).toBe(false);
  expect(runs.last.getState().run?.steps.find((step) => step.node === "ask")?.output).toEqual({ text: "Done." });
  await runs.stop();
  expect(calls).toEqual(["POST /workflows/w/runs"]);
  runs.clear();
  expect(listening()).toBe(false);
  expect(runs.live.getState().run).toBeNull();
  expect(runs.last.getState().run).not.toBeNull();
});

test("a step is stale when it does something else, not when it was moved or renamed", () => {
  const run = { id, version: 3, file };
  const after = (edit: (before: typeof file) => typeof file) => isStale(run, nodesOf(edit(file)).get("ask")!);
  expect(after(moveNodes(new Map([["ask", { x: 40, y: 80 }]])))).toBe(false);
  expect(after(patchNode("ask", { name: "Another name" }))).toBe(false);
  expect(after(setConfig("ask", { prompt: "Something else" }))).toBe(true);
});
