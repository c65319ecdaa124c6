import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { findRedis } from "./binaries.ts";
import type { ChildSpec } from "./child.ts";
import type { Home } from "./home.ts";

/** The address of the embedded Redis, with its password. */
export function redisUrl(home: Pick<Home, "secrets">, port: number): string {
  return `redis://:${home.secrets.redisPassword}@127.0.0.1:${port}`;
}

/**
 * Writes Redis's configuration and says how to run it.
 * @throws Error when there is no Redis or Valkey on this machine
 */
export function prepareRedis(home: Home, port: number): ChildSpec {
  const binary = findRedis(home.path);
  if (binary === null) {
    throw new Error(
      "There is no Redis on this machine. Install redis-server or valkey-server with the system's package manager, " +
        "or set REDIS_URL to one that runs elsewhere.",
    );
  }
  const file = join(home.redis, "redis.conf");
  writeFileSync(file, configuration(home, port), { mode: 0o600 });
  return {
    name: "redis",
    kind: "native",
    command: binary.path,
    args: [file],
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      ...(binary.libraryPath === null ? {} : { LD_LIBRARY_PATH: binary.libraryPath }),
    },
    cwd: home.redis,
    stopSignal: "SIGTERM",
    graceMs: 10_000,
    readyWithinMs: 30_000,
    probe: () => probe(redisUrl(home, port)),
  };
}

/** A file rather than arguments, because a command line shows the password to every user of the machine. */
function configuration(home: Home, port: number): string {
  return [
    `port ${port}`,
    "bind 127.0.0.1",
    "protected-mode yes",
    "daemonize no",
    `requirepass ${home.secrets.redisPassword}`,
    `dir ${JSON.stringify(home.redis)}`,
    // The append-only file alone: a second of work can be lost, which the journal in Postgres makes good.
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    // Evicting a key would lose a run's state without a word; running out of memory is an error people see.
    "maxmemory-policy noeviction",
    "",
  ].join("\n");
}

async function probe(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: 2000,
  });
  // The command below is rejected with the same error; without a listener it would also be printed.
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
