import { expect, test } from "vitest";
import { memory, memoryLog, memoryServices } from "../test-services.ts";
import { idempotencyKeyOf, once } from "./idempotency.ts";
import { createLocalLimiter, withFallback } from "./rate-limit.ts";

const request = { orgId: "o", key: "k", route: "POST /x", body: "{}" };

function hide() {
  return { secret: null };
}

test("those who ask meanwhile wait for the first and get its answer", async () => {
  const { idempotency } = memoryServices(memory());
  let works = 0;
  const ask = () =>
    once(
      idempotency,
      request,
      (body) => body,
      async () => {
        works += 1;
        await new Promise((resolve) => setTimeout(resolve, 30));
        return { status: 201, body: { n: works } };
      },
    );
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(works).toBe(1);
  expect(answers.map((answer) => answer instanceof Response || answer.body)).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
});

test("a failure leaves the key free, and another body is refused", async () => {
  const { idempotency } = memoryServices(memory());
  const fail = once(
    idempotency,
    request,
    (body) => body,
    async () => {
      throw new Error("no");
    },
  );
  await expect(fail).rejects.toThrow("no");
  const answer = { status: 200, body: { secret: "s" } };
  expect(await once(idempotency, request, hide, async () => answer)).toBe(answer);
  expect(await once(idempotency, request, hide, async () => answer)).toMatchObject({ body: { secret: null } });
  const other = once(idempotency, { ...request, body: "[]" }, hide, async () => answer);
  await expect(other).rejects.toMatchObject({ code: "CONFLICT" });
});

test.each(["", " ", "a b", "é", "x".repeat(256), "a\tb"])("%j is no key", (key) => {
  expect(() => idempotencyKeyOf(key)).toThrow(/Idempotency-Key/);
});

test("a limit that cannot be counted in Redis is counted here", async () => {
  const at = memory();
  const away = { take: () => Promise.reject(new Error("away")) };
  const limiter = withFallback(
    away,
    createLocalLimiter(() => at.now),
    memoryLog(at),
  );
  const bucket = { capacity: 2, refillPerSecond: 1 };
  const takes = [await limiter.take("a", bucket), await limiter.take("a", bucket), await limiter.take("a", bucket)];
  expect(takes.map((taken) => [taken.allowed, taken.remaining, taken.retryAfterSeconds])).toEqual([
    [true, 1, 0],
    [true, 0, 0],
    [false, 0, 1],
  ]);
  expect((await limiter.take("b", bucket)).allowed).toBe(true);
  at.now += 1_000;
  expect((await limiter.take("a", bucket)).allowed).toBe(true);
});
