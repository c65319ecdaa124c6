import { expect, test } from "vitest";
import { Lane } from "./lane.ts";

const fail = (error: unknown): never => {
  throw error;
};

test("a task that needs no waiting runs at once, one behind a waiting task after it", async () => {
  const lane = new Lane(fail);
  const done: string[] = [];
  lane.run(() => void done.push("now"));
  expect(done).toEqual(["now"]);
  const gate = Promise.withResolvers<void>();
  lane.run(async () => {
    await gate.promise;
    done.push("slow");
  });
  lane.run(() => void done.push("behind"));
  expect([done, lane.length, lane.isIdle]).toEqual([["now"], 1, false]);
  gate.resolve();
  await expect.poll(() => done).toEqual(["now", "slow", "behind"]);
  expect(lane.isIdle).toBe(true);
});

test("a task that fails is reported and the next one runs", async () => {
  const errors: unknown[] = [];
  const lane = new Lane((error) => errors.push(error));
  const done: string[] = [];
  lane.run(() => fail("at once"));
  lane.run(() => Promise.reject(new Error("later")));
  lane.run(() => void done.push("next"));
  await expect.poll(() => done).toEqual(["next"]);
  expect(errors).toEqual(["at once", new Error("later")]);
});
