import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { Pool } from "pg";

/** The HTTP side of a minimal interpreter: one row in Postgres, one job, and the reply when the worker has announced the end. */

const { REDIS_URL = "", DATABASE_URL = "", CHECKPOINTS = "coalesced" } = process.env;
const pool = new Pool({ connectionString: DATABASE_URL, max: 20 });
const queue = new Queue(`bench-${CHECKPOINTS}`, { connection: { url: REDIS_URL } });
const listener = new Redis(REDIS_URL);
const waiting = new Map<string, ServerResponse>();

listener.on("message", (_channel, text: string) => {
  const { run, output } = JSON.parse(text) as { run: string; output: unknown };
  const response = waiting.get(run);
  waiting.delete(run);
  response?.writeHead(200, { "content-type": "application/json" });
  response?.end(JSON.stringify({ id: run, status: "completed", output }));
});
await listener.subscribe(`bench-${CHECKPOINTS}`);

async function start(text: string, response: ServerResponse): Promise<void> {
  const data = JSON.parse(text) as object;
  const id = randomUUID();
  waiting.set(id, response);
  await pool.query({
    name: "start",
    text: "insert into bench_runs (id, status, input) values ($1, 'queued', $2)",
    values: [id, text],
  });
  await queue.add("run", data, { jobId: id, removeOnComplete: true, removeOnFail: true });
}

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    start(Buffer.concat(parts).toString(), response).catch((error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on("disconnect", () => process.exit(0));
