import { expect, test } from "vitest";
import { BatonError } from "../../engine/errors.ts";
import { createAdmission } from "./admission.ts";

function setUp(limit: number | null = null) {
  const at = { now: 0, queued: 0, counts: 0 };
  const admission = createAdmission({
    limits: {
      async queued(_orgId, most) {
        at.counts += 1;
        return Math.min(at.queued, most);
      },
      get: async () => ({ queuedRuns: limit }),
    },
    mostQueued: 100,
    now: () => at.now,
  });
  return { at, admission };
}

test("an organisation may queue as many runs as it may, is refused clearly, and let in again when some have begun", async () => {
  const { at, admission } = setUp();
  for (let started = 0; started < 100; started++) await admission.admit("org");
  const refusal = await admission.admit("org").catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(BatonError);
  expect(refusal).toMatchObject({ code: "RUN_QUEUE_FULL", retryable: true, retryAfterMs: 2_000 });
  expect(admission.refused()).toBe(1);
  await admission.admit("another");
  at.queued = 60;
  at.now += 1_100;
  await admission.admit("org");
});

test("what an organisation set itself holds before what the deployment has", async () => {
  const { admission } = setUp(2);
  await admission.admit("org");
  await admission.admit("org");
  await expect(admission.admit("org")).rejects.toMatchObject({ code: "RUN_QUEUE_FULL" });
  expect(await admission.most("org")).toBe(2);
});

test("far from the limit, many starts are one count", async () => {
  const { at, admission } = setUp(100_000);
  for (let started = 0; started < 10_000; started++) await admission.admit("org");
  expect(at.counts).toBe(1);
});
