import type { Health, ServiceName } from "../../contracts/api/health.ts";
import type { Log } from "../log.ts";

/** One probe a service; it rejects when the service is down. */
export type Probes = Record<ServiceName, (signal: AbortSignal) => Promise<void>>;

const probeMs = 1_000;
/** Answers are shared this long, so that health checks cannot be used to load what they check. */
const shareMs = 500;

/** Asks all services at once, a second each at most. */
export function createHealthCheck(probes: Probes, log: Log, now: () => number): () => Promise<Health> {
  const down = new Set<ServiceName>();
  let last: { at: number; health: Promise<Health> } | null = null;
  return () => {
    if (last === null || now() - last.at > shareMs) last = { at: now(), health: checkAll(probes, down, log) };
    return last.health;
  };
}

async function checkAll(probes: Probes, down: Set<ServiceName>, log: Log): Promise<Health> {
  const [database, redis, realtime, workers] = await Promise.all([
    check("database", probes, down, log),
    check("redis", probes, down, log),
    check("realtime", probes, down, log),
    check("workers", probes, down, log),
  ]);
  const services = { database, redis, realtime, workers };
  const healthy = Object.values(services).every((one) => one === "healthy");
  return { status: healthy ? "healthy" : "unhealthy", services };
}

/** Logs when a service goes and when it is back, not each time somebody asks in between. */
async function check(
  name: ServiceName,
  probes: Probes,
  down: Set<ServiceName>,
  log: Log,
): Promise<"healthy" | "unhealthy"> {
  const signal = AbortSignal.timeout(probeMs);
  try {
    await Promise.race([probes[name](signal), late(signal)]);
    if (down.delete(name)) log.info({ service: name }, "service is healthy again");
    return "healthy";
  } catch (error) {
    if (!down.has(name)) log.warn({ err: error, service: name }, "service is not healthy");
    down.add(name);
    return "unhealthy";
  }
}

/** A client without an abort of its own must not hold the answer up. */
function late(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("no answer within a second")), { once: true });
  });
}
