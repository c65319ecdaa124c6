import { expect, test, vi } from "vitest";
import type { Json } from "../engine/json.ts";
import type { RunEvent } from "../engine/run/event.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { createProbe } from "./probe.ts";

function stage(over: { inHand?: () => number } = {}) {
  const clock = { now: 0 };
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn(), fatal: vi.fn() };
  const parts = {
    ask: vi.fn(async () => {}),
    turn: vi.fn(async () => {}),
    show: vi.fn(async () => {}),
    giveUp: vi.fn(),
  };
  const heart = createHeartbeat({ ...parts, inHand: () => 0, ...over, log, now: () => clock.now });
  const beats = async (count: number): Promise<void> => {
    for (let beat = 0; beat < count; beat++) {
      clock.now += 3_000;
      await heart.beat();
    }
  };
  return { ...parts, log, heart, beats };
}

test("a worker that takes what comes shows itself, and sends a probe now and then", async () => {
  const { heart, beats, ask, show, giveUp } = stage();
  for (let round = 0; round < 20; round++) {
    await beats(3);
    heart.taken();
  }
  expect(show).toHaveBeenCalledTimes(60);
  expect(ask).toHaveBeenCalledTimes(20);
  expect(giveUp).not.toHaveBeenCalled();
});

test("one to which the queue brings nothing for a minute, although probes are sent, shows itself no more and ends", async () => {
  const { beats, show, giveUp, log } = stage();
  await beats(20);
  expect(giveUp).not.toHaveBeenCalled();
  await beats(1);
  expect(giveUp).toHaveBeenCalledTimes(1);
  expect(log.fatal).toHaveBeenCalledTimes(1);
  expect(show).toHaveBeenCalledTimes(20);
});

test("one with work in hand may take as long as that needs", async () => {
  const { beats, giveUp } = stage({ inHand: () => 1 });
  await beats(100);
  expect(giveUp).not.toHaveBeenCalled();
});

test("an outage is no reason: patience begins anew when it is over", async () => {
  const { beats, show, giveUp } = stage();
  show.mockRejectedValue(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
  await beats(100);
  show.mockResolvedValue(undefined);
  await beats(20);
  expect(giveUp).not.toHaveBeenCalled();
  await beats(2);
  expect(giveUp).toHaveBeenCalled();
});

test("a probe is a run of one step, and one that ends with something else is told", async () => {
  const seen: string[] = [];
  const answers: (Json | null)[] = [null, "something else"];
  const atOnce = {
    async run(plan: Plan, runId: string, queued: RunEvent) {
      seen.push([...plan.nodes.keys()].join(" "));
      const output = answers.shift();
      expect(queued).toMatchObject({ type: "run-queued", seq: 1, input: { n: runId } });
      return output === null ? null : { state: { output: output ?? runId } };
    },
  };
  const probe = createProbe(atOnce, () => 1);
  await expect(probe()).resolves.toBeUndefined();
  await expect(probe()).rejects.toThrow("turned wrongly");
  await expect(probe()).resolves.toBeUndefined();
  expect(seen).toEqual(["start step out", "start step out", "start step out"]);
});
