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
  kept.know(["mail"]);
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
  const here = await checkHere.check({ file, credentials: null });
  expect(here.length).toBeGreaterThan(0);
  expect(await checker.check({ file, credentials: null })).toEqual(here);
  expect(await checker.check({ file, credentials: null })).toEqual(here);
  expect(made.map((each) => each.terminated)).toEqual([true]);
});
