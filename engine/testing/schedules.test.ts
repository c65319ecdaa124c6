import { describe, expect, it } from "vitest";
import { judgeSchedule } from "./schedules.ts";

const schedules = 1_000;

// A thousand runs with several workers: on a busy machine they may need more than the usual five seconds.
describe("simulated runs, each with graph, world, faults and order drawn from a seed", { timeout: 120_000 }, () => {
  it(`keep every promise in ${schedules} schedules`, () => {
    const ends = new Map<string, number>();
    const struck = new Map<string, number>();
    let ran = 0;
    for (let seed = 1; ran < schedules; seed++) {
      const { result, status, faults } = judgeSchedule(seed);
      // `npm run simulate -- --seed N` runs the one that failed again.
      expect(faults, `seed ${seed}`).toEqual([]);
      if (result === null) continue;
      ran += 1;
      ends.set(status, (ends.get(status) ?? 0) + 1);
      for (const [fault, count] of Object.entries(result.struck)) struck.set(fault, (struck.get(fault) ?? 0) + count);
    }
    // Everything failing consistently would be no success, and nothing going wrong no test.
    expect(ends.get("completed")).toBeGreaterThan(schedules * 0.7);
    expect(ends.get("failed")).toBeGreaterThan(0);
    expect(ends.get("cancelled")).toBeGreaterThan(0);
    for (const [fault, count] of struck) expect(count, fault).toBeGreaterThan(50);
  });

  it("are the same each time the seed is the same", () => {
    for (const seed of [3, 44, 555]) expect(judgeSchedule(seed)).toEqual(judgeSchedule(seed));
  });
});
