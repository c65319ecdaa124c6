import { AggregatorRegistry, Counter, Gauge, Registry } from "prom-client";

/** What the whole product looks like from outside, beside what each worker reports. */
export interface Operations {
  /** Reports of the workers that live, as they wrote them down. */
  workers(): Promise<object[]>;
  /** Jobs by queue that wait, and the age of the oldest in seconds. */
  queues(): Promise<{ queue: string; waiting: number; active: number; delayed: number; oldestSeconds: number }[]>;
  /** Runs that are not over, by status, and for how long the oldest queued one has been waiting. */
  runs(): Promise<{ statuses: { status: string; count: number }[]; oldestQueuedSeconds: number }>;
  /** Runs that this process refused because their organisation had too many queued. */
  refusedRuns(): number;
  /** Breakers that are not closed, by state. */
  breakers(): Promise<{ state: string; count: number }[]>;
}

/** The text that Prometheus reads. A part that is away leaves its own lines out and is told by `baton_up`. */
export async function renderMetrics(operations: Operations): Promise<string> {
  const registry = new Registry();
  const up = gauge(registry, "baton_up", "Whether a part answered", ["part"]);
  const [workers, ...parts] = await Promise.all([
    asked(up, "workers", operations.workers()),
    asked(up, "queues", operations.queues()).then((queues) => showQueues(registry, queues ?? [])),
    asked(up, "database", operations.runs()).then((runs) => showRuns(registry, runs)),
    asked(up, "breakers", operations.breakers()).then((breakers) => showBreakers(registry, breakers ?? [])),
  ]);
  void parts;
  const refused = new Counter({
    name: "baton_runs_refused_total",
    help: "Runs refused because their organisation had too many queued",
    registers: [registry],
  });
  refused.inc(operations.refusedRuns());
  gauge(registry, "baton_workers", "Workers that live").set(workers?.length ?? 0);
  const gathered = await AggregatorRegistry.aggregate(workers ?? []).metrics();
  return `${await registry.metrics()}\n${gathered}`;
}

async function asked<T>(up: Gauge, part: string, question: Promise<T>): Promise<T | null> {
  try {
    const answer = await question;
    up.set({ part }, 1);
    return answer;
  } catch {
    // That it is away is what the metrics then say.
    up.set({ part }, 0);
    return null;
  }
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[] = []): Gauge {
  return new Gauge({ name, help, labelNames, registers: [registry] });
}

function showQueues(registry: Registry, queues: Awaited<ReturnType<Operations["queues"]>>): void {
  const depth = gauge(registry, "baton_queue_jobs", "Jobs in a queue, by state", ["queue", "state"]);
  const age = gauge(registry, "baton_queue_oldest_seconds", "Age of the oldest job that waits", ["queue"]);
  for (const { queue, waiting, active, delayed, oldestSeconds } of queues) {
    depth.set({ queue, state: "waiting" }, waiting);
    depth.set({ queue, state: "active" }, active);
    depth.set({ queue, state: "delayed" }, delayed);
    age.set({ queue }, oldestSeconds);
  }
}

function showRuns(registry: Registry, runs: Awaited<ReturnType<Operations["runs"]>> | null): void {
  if (runs === null) return;
  const open = gauge(registry, "baton_runs", "Runs that are not over, by status", ["status"]);
  for (const { status, count } of runs.statuses) open.set({ status }, count);
  gauge(registry, "baton_runs_oldest_queued_seconds", "How long the oldest queued run has been waiting").set(
    runs.oldestQueuedSeconds,
  );
}

function showBreakers(registry: Registry, breakers: { state: string; count: number }[]): void {
  const states = gauge(registry, "baton_breakers", "Circuit breakers that are not closed, by state", ["state"]);
  for (const state of ["open", "half-open"]) states.set({ state }, 0);
  for (const { state, count } of breakers) states.set({ state }, count);
}
