import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { Pool } from "pg";
import { post } from "./load.ts";
import type { Graph } from "./interpreter.ts";

/** A minimal interpreter: an API process and a worker process, on the Redis, the Postgres and the demo model of the product beside it. */
export interface Bare {
  run(graph: Graph): Promise<unknown>;
  stop(): void;
}

export interface Parts {
  redisUrl: string;
  databaseUrl: string;
  modelUrl: string;
}

export async function startBare(parts: Parts, checkpoints: "awaited" | "coalesced"): Promise<Bare> {
  const pool = new Pool({ connectionString: parts.databaseUrl, max: 1 });
  await pool.query(
    "create table if not exists bench_runs (id uuid primary key, status text, input jsonb, output jsonb, history jsonb)",
  );
  await pool.end();
  const env = {
    ...process.env,
    REDIS_URL: parts.redisUrl,
    DATABASE_URL: parts.databaseUrl,
    MODEL_URL: parts.modelUrl,
    CHECKPOINTS: checkpoints,
  };
  const children = ["interpreter-worker.ts", "interpreter-api.ts"].map((file) =>
    fork(join(import.meta.dirname, file), { env, execPath: "node" }),
  );
  const [, said] = await Promise.all(children.map(firstMessage));
  const port = (said as { port: number }).port;
  const url = new URL(`http://127.0.0.1:${port}/`);
  return {
    run: (graph) => post(url, JSON.stringify({ graph, input: { n: 1 } })),
    stop() {
      for (const child of children) child.disconnect();
    },
  };
}

function firstMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("a minimal interpreter did not start")));
  });
}
