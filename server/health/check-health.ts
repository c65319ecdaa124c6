import type { Health, ServiceName } from "../../contracts/api/health.ts";
import type { Log } from "../log.ts";

/** One probe a service; it rejects when the service is down. */
export type Probes = Record<ServiceName, (signal: AbortSignal) => Promise<void>>;

const probeMs = 1_000;
/** Answers are shared this long, so that health checks cannot be used to load what they check. */
const shareMs = 500;

/** Asks all services at once, a second each at most. */
export function createHealthCheck(probes: Probes, log: Log, now: () => number): () => Promise<Health> {
  let last: { at: number; health: Promise<Health> } | null = null;
  return () => {
    if (last === null || now() - last.at > shareMs) last = { at: now(), health: checkAll(probes, log) };
    return last.health;
  };
}

async function checkAll(probes: Probes, log: Log): Promise<Health> {
  const [database, redis, realtime, workers] = await Promise.all([
    check("database", probes, log),
    check("redis", probes, log),
    check("realtime", probes, log),
    check("workers", probes, log),
  ]);
  const services = { database, redis, realtime, workers };
  const healthy = Object.values(services).every((one) => one === "healthy");
  return { status: healthy ? "healthy" : "unhealthy", services };
}

async function check(name: ServiceName, probes: Probes, log: Log): Promise<"healthy" | "unhealthy"> {
  const signal = AbortSignal.timeout(probeMs);
  try {
    await Promise.race([probes[name](signal), late(signal)]);
    return "healthy";
  } catch (error) {
    log.warn({ err: error, service: name }, "service is not healthy");
    return "unhealthy";
  }
}

/** A client without an abort of its own must not hold the answer up. */
function late(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("no answer within a second")), { once: true });
  });
}
