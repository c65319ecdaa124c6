import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

export interface TestRedis {
  url: string;
  stop(): Promise<void>;
}

/** A Redis of the tests' own on a free port in a temporary folder. `policy` is its maxmemory-policy. */
export async function startTestRedis(policy = "noeviction"): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), "baton-redis-"));
  const port = await freePort();
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--maxmemory-policy",
    policy,
  ];
  const child = spawn("redis-server", options, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const url = `redis://127.0.0.1:${port}`;
  await untilUp(url);
  return {
    url,
    async stop() {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilUp(url: string): Promise<void> {
  const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  // It is expected to be away at first.
  redis.on("error", () => undefined);
  const up = await Promise.race([redis.ping(), sleep(10_000, "late", { ref: false })]);
  redis.disconnect();
  if (up !== "PONG") throw new Error("The test's Redis did not come up within 10 s. Is redis-server installed?");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
