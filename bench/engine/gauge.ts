import { readdirSync, readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { Pool } from "pg";

/** Linux counts processor time in hundredths of a second. */
const tickMs = 10;

/** What the processes below this one have used, and what Redis and Postgres were asked, since they started. */
export interface Reading {
  cpuMs: Map<string, number>;
  redisCommands: number;
  statements: number;
  at: number;
}

export interface Gauge {
  /** How many commands clients send Redis meanwhile. It watches each of them, which slows Redis down: for counts, not for times. */
  countSent(work: () => Promise<unknown>): Promise<number>;
  read(): Promise<Reading>;
  close(): Promise<void>;
}

interface Process {
  pid: number;
  parent: number;
  cpuMs: number;
  residentMb: number;
  name: string;
}

export function createGauge(redisUrl: string, databaseUrl: string): Gauge {
  const redis = new Redis(redisUrl);
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  return {
    async read() {
      const cpuMs = new Map<string, number>();
      for (const one of family()) cpuMs.set(one.name, (cpuMs.get(one.name) ?? 0) + one.cpuMs);
      const { rows } = await pool.query<{ n: number }>(
        "select xact_commit::float8 as n from pg_stat_database where datname = current_database()",
      );
      return {
        cpuMs,
        redisCommands: commandsOf(await redis.info("commandstats")),
        statements: rows[0]?.n ?? Number.NaN,
        at: performance.now(),
      };
    },
    async countSent(work) {
      // Its ready check would read the first commands of others as its own answer.
      const watcher = new Redis(redisUrl, { enableReadyCheck: false });
      const monitor = await watcher.monitor();
      let count = 0;
      monitor.on("monitor", (_time: string, _args: string[], source: string) => {
        if (source !== "lua") count += 1;
      });
      await work();
      monitor.disconnect();
      watcher.disconnect();
      return count;
    },
    async close() {
      redis.disconnect();
      await pool.end();
    },
  };
}

/** Resident memory in MB of the processes below this one, by name. */
export function residentMemory(): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const one of family()) sizes.set(one.name, (sizes.get(one.name) ?? 0) + one.residentMb);
  return sizes;
}

/** Commands, those that scripts call inside of Redis as well. */
function commandsOf(stats: string): number {
  let all = 0;
  for (const [, calls] of stats.matchAll(/^cmdstat_[^:]+:calls=(\d+)/gm)) all += Number(calls);
  return all;
}

/** This process and all below it. */
function family(): Process[] {
  const all = readdirSync("/proc").flatMap((pid) => (/^\d+$/.test(pid) ? (processOf(Number(pid)) ?? []) : []));
  const ours = new Set([process.pid]);
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, parent } of all) {
      if (!ours.has(parent) || ours.has(pid)) continue;
      ours.add(pid);
      grew = true;
    }
  }
  return all.filter(({ pid }) => ours.has(pid));
}

function processOf(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return {
      pid,
      parent: Number(fields[1]),
      cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
      residentMb: (Number(fields[21]) * 4_096) / 1e6,
      name: nameOf(pid, command),
    };
  } catch {
    // Gone between the listing and the look.
    return null;
  }
}

function nameOf(pid: number, command: string): string {
  if (pid === process.pid) return "load";
  const script = [...command.matchAll(/(\S+)\.ts\b/g)].at(-1)?.[1];
  if (script !== undefined) {
    const known: Record<string, string> = { "server/main": "web", "workers/main": "worker", "local/main": "supabase" };
    const end = script.split("/").slice(-2).join("/");
    return known[end] ?? end.replace("engine/interpreter-", "bare ");
  }
  if (/postgres/.test(command)) return "postgres";
  return /redis-server|valkey/.test(command) ? "redis" : "other";
}
