import { expect, test } from "vitest";
import { collectAtRest, createRest } from "./collect-at-rest.ts";

const mb = 1e6;

/** A process whose time, work and memory are told; looks come each half second. */
function told() {
  const state = { at: 0, cpuMs: 0, idleMs: 0, resident: 200 * mb, left: 160 * mb, collections: 0 };
  const rest = createRest(
    {
      now: () => state.at,
      cpuMs: () => state.cpuMs,
      machineIdleMs: () => state.idleMs,
      residentBytes: () => state.resident,
      collect() {
        state.collections += 1;
        state.resident = state.left;
        // Its own pause, as processor time of all threads.
        state.at += 200;
        state.cpuMs += 330;
      },
    },
    { info: () => undefined },
  );
  return {
    state,
    pass(seconds: number, share: number, idle = 0.9): void {
      for (let half = 0; half < seconds * 2; half += 1) {
        state.at += 500;
        state.cpuMs += 500 * share;
        state.idleMs += 500 * idle;
        rest.look();
      }
    },
  };
}

test("a process that works is left alone, however much it holds", () => {
  const { state, pass } = told();
  state.resident = 900 * mb;
  pass(600, 0.5);
  pass(1.5, 0.01);
  pass(60, 0.08);
  expect(state.collections).toBe(0);
});

test("two seconds of rest after the start and after each load give memory back, once", () => {
  const { state, pass } = told();
  pass(1.5, 0.02);
  expect(state.collections).toBe(0);
  pass(0.5, 0.02);
  expect(state.collections).toBe(1);
  pass(3_600, 0.02);
  expect(state.collections).toBe(1);
  state.resident = 400 * mb;
  pass(30, 1.4);
  expect(state.collections).toBe(1);
  pass(60, 0.02);
  expect(state.collections).toBe(2);
});

test("a process that does little because others have the processors is left alone until they are free", () => {
  const { state, pass } = told();
  state.resident = 900 * mb;
  pass(600, 0.02, 0.1);
  expect(state.collections).toBe(0);
  pass(2, 0.02);
  expect(state.collections).toBe(1);
});

test("what stays, because it is in use, is not collected for again and again", () => {
  const { state, pass } = told();
  state.left = 390 * mb;
  state.resident = 400 * mb;
  pass(600, 0.02);
  expect(state.collections).toBe(1);
  state.resident = 420 * mb;
  pass(600, 0.02);
  expect(state.collections).toBe(1);
  state.resident = 450 * mb;
  pass(600, 0.02);
  expect(state.collections).toBe(2);
});

test("this process has a collector, and code in it has none to call", () => {
  collectAtRest({ info: () => undefined });
  expect(Reflect.has(globalThis, "gc")).toBe(false);
});
