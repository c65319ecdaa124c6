import { Agent, get } from "node:http";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { pino } from "pino";
import { createOpenAIModel } from "../../adapters/model/openai.ts";
import { interpret, type Graph, type World } from "./interpreter.ts";

/**
 * The worker of a minimal interpreter: one job a run, steps inline. `awaited` waits for a checkpoint in Redis after each step;
 * `coalesced` sends what finished while a checkpoint was in flight together with the next. The history is in Postgres before the reply.
 */

const { REDIS_URL = "", DATABASE_URL = "", MODEL_URL = "", CHECKPOINTS = "coalesced" } = process.env;
const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
const pool = new Pool({ connectionString: DATABASE_URL, max: 10 });
const agent = new Agent({ keepAlive: true });
const model = createOpenAIModel({
  apiKey: "",
  baseURL: MODEL_URL,
  defaultModel: "baton-demo-1",
  provider: "demo",
  log: pino({ level: "silent" }),
});

interface Checkpoints {
  done: World["done"];
  end(): Promise<void>;
}

function checkpoints(run: string): Checkpoints {
  let waiting: [string, string][] = [];
  let flight: Promise<void> | null = null;
  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await redis
        .pipeline()
        .hset(`bench:run:${run}`, ...batch.flat())
        .xadd("bench:events", "MAXLEN", "~", "10000", "*", "run", run, "steps", JSON.stringify(batch))
        .exec();
    }
  };
  const start = (): Promise<void> =>
    (flight ??= Promise.resolve()
      .then(send)
      .finally(() => {
        flight = null;
      }));
  return {
    done(step, output) {
      waiting.push([step, JSON.stringify(output)]);
      const sent = start();
      return CHECKPOINTS === "awaited" ? sent : undefined;
    },
    async end() {
      await (waiting.length > 0 ? start() : flight);
      await redis.del(`bench:run:${run}`);
    },
  };
}

const call = (url: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.on("end", () => resolve({ status: response.statusCode }));
    }).on("error", reject);
  });

const worker = new Worker<{ graph: Graph; input: { n: number } }>(
  `bench-${CHECKPOINTS}`,
  async (job) => {
    const run = job.id ?? "";
    const { done, end } = checkpoints(run);
    const ask = async (key: string): Promise<unknown> => {
      const messages = [{ role: "user" as const, content: "Say yes." }];
      const signal = new AbortController().signal;
      const answer = await model.answer({ model: null, messages, idempotencyKey: `${run}.${key}`, signal });
      return { text: answer.text };
    };
    const { output, history } = await interpret(job.data.graph, job.data.input, { call, ask, done });
    await end();
    await pool.query({
      name: "end",
      text: "update bench_runs set status = 'completed', history = $2, output = $3 where id = $1",
      values: [run, JSON.stringify(history), JSON.stringify(output)],
    });
    await redis.publish(`bench-${CHECKPOINTS}`, JSON.stringify({ run, output }));
  },
  {
    connection: { url: REDIS_URL, maxRetriesPerRequest: null },
    concurrency: 100,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  },
);
worker.on("error", (error) => console.error(error.message));
await worker.waitUntilReady();
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
