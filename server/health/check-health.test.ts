import { expect, test } from "vitest";
import { memory, memoryLog } from "../test-services.ts";
import { createHealthCheck, type Probes } from "./check-health.ts";

test("a service that is down or silent is named, and told of once", async () => {
  const at = memory();
  let asked = 0;
  let redis = true;
  const probes: Probes = {
    database: async () => void (asked += 1),
    redis: async () => {
      if (redis) throw new Error("away");
    },
    realtime: () => new Promise(() => undefined),
    workers: async () => undefined,
  };
  const health = createHealthCheck(probes, memoryLog(at), () => at.now);
  const since = performance.now();
  const services = { database: "healthy", redis: "unhealthy", realtime: "unhealthy", workers: "healthy" };
  expect(await health()).toEqual({ status: "unhealthy", services });
  expect(performance.now() - since).toBeLessThan(10_000);
  await health();
  expect(asked).toBe(1);
  at.now += 501;
  await health();
  at.now += 501;
  redis = false;
  probes.realtime = async () => undefined;
  expect((await health()).status).toBe("healthy");
  expect(at.logged.map((line) => line.level)).toEqual(["warn", "warn", "info", "info"]);
});
