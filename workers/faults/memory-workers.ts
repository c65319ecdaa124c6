import { afterEach } from "vitest";
import { createMemoryWorker, type MemoryWorker } from "./memory-worker.ts";

/** Makes workers in memory for the tests of a file, and closes each one's after it. */
export function useMemoryWorkers(): typeof createMemoryWorker {
  const workers: MemoryWorker[] = [];
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((each) => each.close()));
  });
  return (...args) => {
    const made = createMemoryWorker(...args);
    workers.push(made);
    return made;
  };
}
