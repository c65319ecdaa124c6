import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { readStackFile } from "../cli/stack/home.ts";
import { runEventsMessageSchema, runTopic } from "../contracts/realtime.ts";
import { type Figure, percentile } from "./figure.ts";
import { type Product, startProduct, ticker } from "./product.ts";

const runs = 10;
const clients = 100;
const ticks = 150;
const tickMs = 100;
const warmMs = 3_000;
/** Who is cut off comes back after a second, and reads what it missed. */
const backMs = 2_000;
const endsWithinMs = 120_000;
/** How long after the end of all runs a client may still be reading what it missed. */
const settleMs = 10_000;

/** Someone who watches one run as the run page does: listens, and reads the journal where a number is missing. */
interface Watcher {
  seen: Set<number>;
  client: SupabaseClient;
  /** Breaks the connection off, as a network does. */
  cut(): void;
  joined: Promise<void>;
}

/**
 * A step's end to its arrival at a hundred clients, with about two hundred events a second, half of the clients cut off once. They are
 * all played by this one process: while fifty come back at once it holds up the other fifty too, so that time is told apart.
 */
export async function measureScreens(): Promise<Figure[]> {
  const product = await startProduct();
  const watchers: Watcher[] = [];
  try {
    const gate = await signIn(product);
    const workflow = await product.importWorkflow(ticker(ticks, tickMs));
    let taken: number[] = [];
    const ids: string[] = [];
    // Begun one after another: two hundred events a second, not twenty at once ten times a second.
    for (let index = 0; index < runs; index++) {
      const { id } = (await product.call("POST", `/workflows/${workflow}/runs`, { input: {} })) as { id: string };
      ids.push(id);
      await pause(tickMs / runs);
    }
    for (let index = 0; index < clients; index++)
      watchers.push(watch(product, gate, ids[index % runs] ?? "", (ms) => taken.push(ms)));
    await Promise.all(watchers.map(({ joined }) => joined));
    // A hundred browsers are warm each by itself; this process, which plays them all, has to become so first.
    await pause(warmMs);
    const steady: number[] = [];
    taken = steady;
    await pause((ticks * tickMs) / 2 - warmMs);
    for (const { cut } of watchers.slice(0, clients / 2)) cut();
    const returning: number[] = [];
    taken = returning;
    await pause(backMs);
    taken = steady;
    const ends = await Promise.all(ids.map((id) => ended(product, id)));
    const missing = (): number =>
      watchers.reduce((all, { seen }, index) => all + (ends[index % runs] ?? 0) - seen.size, 0);
    const until = performance.now() + settleMs;
    while (missing() > 0 && performance.now() < until) await pause(50);
    const what = `step end to ${clients} clients`;
    return [
      { name: `${what}, p50`, value: percentile(steady, 0.5), unit: "ms" },
      { name: `${what}, p99`, value: percentile(steady, 0.99), unit: "ms" },
      { name: `${what}, p50 while half of them come back`, value: percentile(returning, 0.5), unit: "ms" },
      { name: `${what}, p99 while half of them come back`, value: percentile(returning, 0.99), unit: "ms" },
      { name: `${what}, arrivals measured`, value: steady.length + returning.length, unit: "" },
      { name: `${what}, lost over a forced reconnect of half of them`, value: missing(), unit: "" },
    ];
  } finally {
    for (const { client } of watchers) await client.removeAllChannels();
    await product.stop();
  }
}

interface Gate {
  url: string;
  key: string;
  token: string;
}

async function signIn(product: Product): Promise<Gate> {
  const file = readStackFile(product.home);
  if (file === null) throw new Error("the product has no stack file");
  const url = `http://127.0.0.1:${file.ports["supabase"]}`;
  const key = file.secrets.publishableKey;
  const response = await fetch(`${url}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: key, "content-type": "application/json" },
    body: JSON.stringify({ email: product.email, password: product.password }),
  });
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await response.json());
  return { url, key, token };
}

function watch(product: Product, gate: Gate, run: string, arrived: (ms: number) => void): Watcher {
  const seen = new Set<number>();
  const sockets: WebSocket[] = [];
  class Transport extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      sockets.push(this);
    }
  }
  const client = createClient(gate.url, gate.key, {
    accessToken: async () => gate.token,
    realtime: { transport: Transport },
  });
  let next = 1;
  const channel = client.channel(runTopic(run), { config: { private: true } });
  const take = (payload: unknown, now: number): void => {
    const message = runEventsMessageSchema.parse(payload);
    for (const event of message.events ?? []) {
      // The step is a wait, which ends when its time has come.
      if (event.type === "timer-fired") arrived(now - event.at);
      seen.add(event.seq);
    }
    if (message.from > next || message.events === undefined)
      readFrom(product, run, seen).catch((error: unknown) => console.error(String(error)));
    next = message.to + 1;
  };
  channel.on("broadcast", { event: "events" }, ({ payload }) => {
    const now = Date.now();
    // Later: what one of the hundred does with a message must not keep it from the others, who are on machines of their own.
    setImmediate(() => take(payload, now));
  });
  const joined = new Promise<void>((resolve) => {
    channel.subscribe((status) => {
      if (status === "SUBSCRIBED") resolve();
    });
  });
  return { seen, client, joined, cut: () => sockets.at(-1)?.close() };
}

/** Reads what is missing before and after what was heard. */
async function readFrom(product: Product, run: string, seen: Set<number>): Promise<void> {
  let after = 0;
  while (seen.has(after + 1)) after += 1;
  for (;;) {
    const page = (await product.call("GET", `/runs/${run}/events?after=${after}&limit=1000`)) as {
      events: { seq: number }[];
    };
    for (const { seq } of page.events) seen.add(seq);
    const last = page.events.at(-1);
    if (last === undefined || page.events.length < 1_000) return;
    after = last.seq;
  }
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
