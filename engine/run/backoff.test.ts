import { expect, it } from "vitest";
import { fraction, retryDelay } from "./backoff.ts";

const error = { code: "HTTP_FAILED" as const, message: "", retryable: true };

it.each([
  ["exponential", 1, 100],
  ["exponential", 4, 800],
  ["linear", 3, 300],
  ["fixed", 3, 100],
] as const)("waits %s, at attempt %i between half of %i ms and all of it", (backoff, attempt, most) => {
  const delay = retryDelay({ maxAttempts: 9, backoff, delayMs: 100 }, attempt, error, "seed");
  expect(delay).toBeGreaterThanOrEqual(most / 2);
  expect(delay).toBeLessThanOrEqual(most);
});

it("waits an hour at the most, gives up after the last attempt, and draws the same for the same step", () => {
  const retry = { maxAttempts: 20, backoff: "exponential" as const, delayMs: 3_600_000 };
  expect(retryDelay(retry, 19, error, "x")).toBeLessThanOrEqual(3_600_000);
  expect(retryDelay(retry, 20, error, "x")).toBeNull();
  expect(retryDelay(retry, 1, { ...error, retryable: false }, "x")).toBeNull();
  expect(retryDelay(retry, 3, error, "x")).toBe(retryDelay(retry, 3, error, "x"));
});

it("comes back ten times more to a breaker that is open, as late as it says, unless one attempt was all that was asked for", () => {
  const retry = { maxAttempts: 3, backoff: "exponential" as const, delayMs: 1_000 };
  const refused = { code: "CIRCUIT_OPEN" as const, message: "", retryable: true, retryAfterMs: 15_000 };
  for (const attempt of [1, 3, 12]) expect(retryDelay(retry, attempt, refused, "x")).toBe(15_000);
  expect(retryDelay(retry, 12, { ...refused, retryAfterMs: 0 }, "x")).toBeLessThanOrEqual(4_000);
  expect(retryDelay(retry, 13, refused, "x")).toBeNull();
  expect(retryDelay({ ...retry, maxAttempts: 1 }, 1, refused, "x")).toBeNull();
  expect(retryDelay(retry, 3, error, "x")).toBeNull();
});

it("spreads its draws over the whole range", () => {
  const draws = Array.from({ length: 2_000 }, (_, index) => fraction(`step-${index}`));
  for (let tenth = 0; tenth < 10; tenth++) {
    expect(draws.filter((draw) => Math.floor(draw * 10) === tenth).length).toBeGreaterThan(100);
  }
});
