import { expect, test } from "vitest";
import type { RunEvent } from "../engine/run/event.ts";
import { deathsWith, isSuspect, Suspects } from "./suspects.ts";

const job = { runId: "r", stepId: "call", nodeId: "call", attempt: 1, seq: 3 };

function begun(seq: number, claim: number, over: { step?: string; attempt?: number } = {}): RunEvent {
  return { type: "step-started", step: "call", attempt: 1, worker: "w", claim, seq, at: seq, ...over };
}

function journal(events: RunEvent[]): Parameters<typeof deathsWith>[0] {
  return { read: async (_run, after, limit) => events.filter(({ seq }) => seq > after).slice(0, limit) };
}

test("deaths count where the step had begun, once for each worker", async () => {
  const events = [
    // Where it was scheduled, before it came into the queue.
    begun(4, 0),
    begun(4, 1),
    // Handed back by a worker that stopped, and begun again.
    begun(5, 1),
    begun(6, 2, { step: "other" }),
    begun(7, 3, { attempt: 2 }),
    begun(8, 4),
  ];
  expect(await deathsWith(journal(events), job, 6)).toBe(3);
  expect(await deathsWith(journal([]), job, 20)).toBe(0);
});

test("a worker that began it outside of the queue and gave it back is no death; one that did not come to that is", async () => {
  const events = [begun(4, 0), begun(5, 1), begun(6, 2)];
  expect(await deathsWith(journal(events), { ...job, handedBack: true }, 3)).toBe(2);
  expect(await deathsWith(journal(events), job, 3)).toBe(3);
});

test("what is begun late in a long journal is found", async () => {
  const others = Array.from({ length: 10_000 }, (_, index) => begun(4 + index, 1, { step: "other" }));
  expect(await deathsWith(journal([...others, begun(20_000, 4)]), job, 5)).toBe(1);
});

test("a step that ends its worker before it can be said to have begun is given up in the end", async () => {
  expect(await deathsWith(journal([]), job, 26)).toBe(25);
});

test("the first workers that die are no ground for suspicion", () => {
  expect([0, 1, 2, 3].map(isSuspect)).toEqual([false, false, false, true]);
});

test("suspects work one at a time, and one that throws does not keep the next from its turn", async () => {
  const suspects = new Suspects();
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const one = suspects.alone(async () => {
    order.push("one begins");
    await first.promise;
    order.push("one throws");
    throw new Error("one");
  });
  const two = suspects.alone(async () => order.push("two"));
  await Promise.resolve();
  expect(order).toEqual(["one begins"]);
  first.resolve();
  await expect(one).rejects.toThrow("one");
  await two;
  expect(order).toEqual(["one begins", "one throws", "two"]);
});
