import { expect, test, vi } from "vitest";
import { RateMeter } from "./limits.ts";

test("allows one burst and then the average", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const meter = new RateMeter(10);
    const takes = (count: number) => Array.from({ length: count }, () => meter.take()).filter(Boolean).length;
    expect(takes(50)).toBe(10);
    vi.advanceTimersByTime(300);
    expect(takes(50)).toBe(3);
    vi.advanceTimersByTime(60_000);
    expect(takes(50)).toBe(10);
  } finally {
    vi.useRealTimers();
  }
});
