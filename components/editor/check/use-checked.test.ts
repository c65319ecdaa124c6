import { expect, test } from "vitest";
import type { Problem } from "../../../engine/workflow/plan.ts";
import { patchNode } from "../store/edits.ts";
import { EditorStore } from "../store/editor-store.ts";
import { fileOf } from "../store/testing.ts";
import type { CheckTask } from "./problems-of.ts";
import { checkHere, workerChecker } from "./checker.ts";
import { keepChecked } from "./use-checked.ts";

const file = fileOf([
  { id: "start", type: "start" },
  { id: "a", type: "agent", config: { prompt: "{{ nobody.outputs }}" } },
]);

class BrokenWorker extends EventTarget {
  terminated = false;
  postMessage(): void {
    queueMicrotask(() => this.dispatchEvent(new Event("error")));
  }
  terminate(): void {
    this.terminated = true;
  }
}

test("checks one file at a time, and the newest last", async () => {
  const editor = new EditorStore(file);
  const asked: { task: CheckTask; answer: (problems: Problem[]) => void }[] = [];
  let due: (() => void) | null = null;
  const kept = keepChecked(
    editor,
    {
      check: (task) => new Promise((resolve) => asked.push({ task, answer: resolve })),
      stop: () => undefined,
    },
    (_ms, run) => {
      due = run;
      return () => {
        due = null;
      };
    },
  );
  const fire = () => due?.();
  fire();
  expect(asked.map((each) => each.task.file)).toEqual([file]);
  editor.apply(patchNode("a", { name: "One" }), { label: "Rename" });
  fire();
  expect(asked).toHaveLength(1);
  asked[0]?.answer([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(editor.state.checked).toBe(file);
  fire();
  expect(asked[1]?.task.file).toBe(editor.state.file);
  asked[1]?.answer([]);
  await new Promise((resolve) => setImmediate(resolve));
  // Nothing changed but what is known of credentials: looked at again all the same.
  kept.know({ credentials: ["mail"], agents: null });
  fire();
  expect(asked[2]?.task.credentials).toEqual(["mail"]);
  kept.stop();
});

test("a thread that breaks is replaced by this one", async () => {
  const made: { terminated: boolean }[] = [];
  const checker = workerChecker(() => {
    const worker = new BrokenWorker();
    made.push(worker);
    return worker as unknown as Worker;
  });
  const here = await checkHere.check({ file, credentials: null, agents: null });
  expect(here.length).toBeGreaterThan(0);
  expect(await checker.check({ file, credentials: null, agents: null })).toEqual(here);
  expect(await checker.check({ file, credentials: null, agents: null })).toEqual(here);
  expect(made.map((each) => each.terminated)).toEqual([true]);
});

test("an agent that is not in the registry, or is given too little, is a problem of its field", async () => {
  const id = "00000000-0000-4000-8000-000000000001";
  const named = (version: number | null, input?: object) =>
    fileOf([
      { id: "start", type: "start" },
      {
        id: "a",
        type: "agent",
        config: { prompt: "Go", agent: { id, version }, ...(input === undefined ? {} : { input }) },
      },
    ]);
  const agents = [
    { id, version: 2, settings: { input: { type: "object", required: ["topic"] } } },
    { id, version: 1, settings: null },
  ];
  const codes = async (file: ReturnType<typeof fileOf>, known: typeof agents | null) =>
    (await checkHere.check({ file, credentials: null, agents: known }))
      .map(({ code }) => code)
      .filter((code) => /agent/.test(code));
  expect(await codes(named(null), null)).toEqual([]);
  expect(await codes(named(null), [])).toEqual(["missing-agent"]);
  expect(await codes(named(3), agents)).toEqual(["missing-agent"]);
  expect(await codes(named(null), agents)).toEqual(["agent-input"]);
  expect(await codes(named(1), agents)).toEqual([]);
  expect(await codes(named(2, { topic: "tea" }), agents)).toEqual([]);
});
