import { Worker } from "node:worker_threads";
import { z } from "zod";
import { readStackFile } from "../cli/stack/home.ts";
import { type Figure, percentile } from "./figure.ts";
import { type Product, startProduct, ticker } from "./product.ts";
import type { ScreenAnswer, ScreenClients } from "./screen-clients.ts";

const runs = 10;
const clients = 100;
/** A browser has a processor's attention to itself; a hundred in one thread would wait for one another. */
const threads = 5;
const ticks = 150;
const tickMs = 100;
const warmMs = 3_000;
/** Who is cut off comes back after a second, and reads what it missed. */
const backMs = 2_000;
const endsWithinMs = 120_000;
/** How long after the end of all runs a client may still be reading what it missed. */
const settleMs = 10_000;

/**
 * A step's end to its arrival at a hundred clients, with about two hundred events a second, half of the clients cut off once. The time in
 * which fifty come back at once is told apart: they are played on the processors that the product works on.
 */
export async function measureScreens(): Promise<Figure[]> {
  const product = await startProduct();
  let crowd: Crowd | null = null;
  try {
    const gate = await signIn(product);
    const workflow = await product.importWorkflow(ticker(ticks, tickMs));
    const ids = await Promise.all(
      Array.from({ length: runs }, async () => {
        const { id } = (await product.call("POST", `/workflows/${workflow}/runs`, { input: {} })) as { id: string };
        return id;
      }),
    );
    const watched = Array.from({ length: clients }, (_, index) => ids[index % runs] ?? "");
    crowd = gather({ ...gate, apiUrl: product.url, apiKey: product.key }, watched);
    await crowd.join();
    await pause(warmMs);
    const from = Date.now();
    await pause((ticks * tickMs) / 2 - warmMs);
    const cutAt = Date.now();
    await crowd.cut();
    const ends = await Promise.all(ids.map((id) => ended(product, id)));
    const missing = async (): Promise<number> => {
      const seen = (await crowd?.count()) ?? [];
      return seen.reduce((all, count, index) => all + (ends[index % runs] ?? 0) - count, 0);
    };
    const until = performance.now() + settleMs;
    let lost = await missing();
    while (lost > 0 && performance.now() < until) {
      await pause(50);
      lost = await missing();
    }
    const arrivals = (await crowd.end()).filter(([at]) => at >= from);
    crowd = null;
    const isReturning = (at: number): boolean => at >= cutAt && at < cutAt + backMs;
    const steady = arrivals.flatMap(([at, ms]) => (isReturning(at) ? [] : [ms]));
    const returning = arrivals.flatMap(([at, ms]) => (isReturning(at) ? [ms] : []));
    const what = `step end to ${clients} clients`;
    return [
      { name: `${what}, p50`, value: percentile(steady, 0.5), unit: "ms" },
      { name: `${what}, p99`, value: percentile(steady, 0.99), unit: "ms" },
      { name: `${what}, p50 while half of them come back`, value: percentile(returning, 0.5), unit: "ms" },
      { name: `${what}, p99 while half of them come back`, value: percentile(returning, 0.99), unit: "ms" },
      { name: `${what}, arrivals measured`, value: arrivals.length, unit: "" },
      { name: `${what}, lost over a forced reconnect of half of them`, value: lost, unit: "" },
    ];
  } finally {
    await crowd?.end();
    await product.stop();
  }
}

/** The clients of all threads. */
interface Crowd {
  join(): Promise<unknown>;
  /** Breaks half of the connections off. */
  cut(): Promise<unknown>;
  /** Events that each client knows, in the order of the runs they watch. */
  count(): Promise<number[]>;
  /** Lets all go; gives the arrivals of steps' ends: when, in epoch ms, and how many ms after it. */
  end(): Promise<[at: number, ms: number][]>;
}

function gather(gate: Omit<ScreenClients, "runs">, watched: string[]): Crowd {
  const each = Math.ceil(watched.length / threads);
  const workers = Array.from({ length: threads }, (_, index) => {
    const workerData: ScreenClients = { ...gate, runs: watched.slice(index * each, (index + 1) * each) };
    return new Worker(new URL("./screen-clients.ts", import.meta.url), { workerData });
  });
  const ask = (question: string): Promise<ScreenAnswer[]> =>
    Promise.all(
      workers.map(
        (worker) =>
          new Promise<ScreenAnswer>((resolve, reject) => {
            worker.once("message", resolve);
            worker.once("error", reject);
            worker.postMessage(question, []);
          }),
      ),
    );
  return {
    join: () => ask("join"),
    cut: () => ask("cut"),
    count: async () => (await ask("count")).flatMap((answer) => (answer.kind === "counted" ? answer.seen : [])),
    end: async () => (await ask("end")).flatMap((answer) => (answer.kind === "ended" ? answer.arrivals : [])),
  };
}

async function signIn(product: Product): Promise<Pick<ScreenClients, "supabaseUrl" | "publishableKey" | "token">> {
  const file = readStackFile(product.home);
  if (file === null) throw new Error("the product has no stack file");
  const supabaseUrl = `http://127.0.0.1:${file.ports["supabase"]}`;
  const { publishableKey } = file.secrets;
  const response = await fetch(`${supabaseUrl}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: publishableKey, "content-type": "application/json" },
    body: JSON.stringify({ email: product.email, password: product.password }),
  });
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await response.json());
  return { supabaseUrl, publishableKey, token };
}

/** Waits for a run's end. Gives the number of its last event. */
async function ended(product: Product, run: string): Promise<number> {
  const until = performance.now() + endsWithinMs;
  while (performance.now() < until) {
    const { status, seq } = (await product.call("GET", `/runs/${run}`)) as { status: string; seq: number };
    if (status === "completed") return seq;
    await pause(500);
  }
  throw new Error("a run did not end");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
