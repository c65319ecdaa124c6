import { cpus } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { z } from "zod";
import type { Logger } from "pino";

const lookMs = 500;
/** This long with next to nothing done is rest; what a process does of itself, heartbeats and sweeps, takes 1 to 3 % of a processor. */
const restMs = 2_000;
const restShare = 0.05;
/** Where others leave less of the machine than this, the pause is not the usual tenth of a second but several seconds, and nobody rests: it starves. */
const idleShare = 0.5;
/** What must have come on top of what the last collection left before another one is worth its pause. */
const grownShare = 0.1;
const grownBytes = 12_000_000;

/** What is asked of a process, and done to it. */
export interface Footprint {
  /** Milliseconds, steadily growing. */
  now(): number;
  /** Processor time of all its threads so far, in ms. */
  cpuMs(): number;
  /** Time for which a processor of the machine had nothing to do so far, in ms, as a mean over all of them. */
  machineIdleMs(): number;
  residentBytes(): number;
  collect(): void;
}

/** Decides when a process rests after work, and has its memory given back then: once after a load, and never under one. */
export function createRest(process: Footprint, log: Pick<Logger, "info">): { look(): void } {
  const read = () => ({ at: process.now(), cpuMs: process.cpuMs(), idleMs: process.machineIdleMs() });
  let last = read();
  let restingSince: number | null = null;
  /** The least since the last collection; null before the first one. */
  let floor: number | null = null;

  return {
    look() {
      const seen = read();
      const passed = seen.at - last.at;
      const isResting = seen.cpuMs - last.cpuMs < passed * restShare && seen.idleMs - last.idleMs > passed * idleShare;
      restingSince = isResting ? (restingSince ?? last.at) : null;
      last = seen;
      if (restingSince === null || seen.at - restingSince < restMs) return;
      const before = process.residentBytes();
      if (floor !== null && before < floor * (1 + grownShare) + grownBytes) {
        floor = Math.min(floor, before);
        return;
      }
      process.collect();
      floor = process.residentBytes();
      // The collection's own time is no work.
      last = read();
      log.info(
        { beforeMb: megabytes(before), afterMb: megabytes(floor), ms: Math.round(last.at - seen.at) },
        "memory given back",
      );
    },
  };
}

/**
 * Has this process give memory back whenever it rests. V8 leaves the garbage of a load lying until something allocates again, which at
 * rest is minutes away: a web process would keep twice what it needs. The pause is 50 to 80 ms of the main thread, where nothing waits.
 */
export function collectAtRest(log: Pick<Logger, "info">): void {
  const collect = collector();
  const rest = createRest(
    {
      now: () => performance.now(),
      cpuMs: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1_000;
      },
      machineIdleMs: () => {
        const all = cpus();
        return all.reduce((sum, { times }) => sum + times.idle, 0) / Math.max(1, all.length);
      },
      residentBytes: () => process.memoryUsage.rss(),
      collect,
    },
    log,
  );
  setInterval(() => rest.look(), lookMs).unref();
}

/** The collector that hands pages back at once; the usual one keeps them for another eight seconds. */
function collector(): () => void {
  // A context made while the flag is set has the function, and nobody else ever does.
  setFlagsFromString("--expose-gc");
  const gc = z.custom<NodeJS.GCFunction>((given) => typeof given === "function").parse(runInNewContext("gc"));
  setFlagsFromString("--no-expose-gc");
  return () => gc({ type: "major", execution: "sync", flavor: "last-resort" });
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
