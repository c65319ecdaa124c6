import type { Problem } from "../../../engine/workflow/plan.ts";
import type { CheckAnswer } from "./check-worker.ts";
import { type CheckTask, problemsOf } from "./problems-of.ts";

/** Compiles a file somewhere, one at a time. */
export interface Checker {
  check(task: CheckTask): Promise<readonly Problem[]>;
  stop(): void;
}

/** In this thread: for tests, and for browsers whose workers do not start. */
export const checkHere: Checker = {
  check: (task) => Promise.resolve(problemsOf(task)),
  stop: () => undefined,
};

/** In a thread of its own. One that cannot be started, or breaks, is done without from then on. */
export function workerChecker(start: () => Worker): Checker {
  let worker: Worker | null = null;
  let broken = false;
  function ask(task: CheckTask): Promise<readonly Problem[]> {
    const asked = (worker ??= start());
    const settled = new AbortController();
    const { signal } = settled;
    const answer = new Promise<readonly Problem[]>((resolve, reject) => {
      asked.addEventListener("message", ({ data }: MessageEvent<CheckAnswer>) => resolve(data.problems), { signal });
      asked.addEventListener("error", () => reject(new Error("The checking thread broke.")), { signal });
      asked.postMessage(task, {});
    });
    return answer.finally(() => settled.abort());
  }
  return {
    async check(task) {
      if (broken) return checkHere.check(task);
      try {
        return await ask(task);
      } catch (problem) {
        if (!(problem instanceof Error)) throw problem;
        broken = true;
        worker?.terminate();
        return checkHere.check(task);
      }
    },
    stop() {
      worker?.terminate();
      worker = null;
    },
  };
}
