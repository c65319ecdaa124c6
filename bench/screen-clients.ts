import { parentPort, workerData } from "node:worker_threads";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { runEventsMessageSchema, runTopic } from "../contracts/realtime.ts";

/** What a thread of clients is given. */
export interface ScreenClients {
  supabaseUrl: string;
  publishableKey: string;
  /** An access token of a member. */
  token: string;
  /** The run that each of the clients watches. */
  runs: string[];
  /** The API, for what has to be read again. */
  apiUrl: string;
  apiKey: string;
}

/** What it answers, in the order of what it is asked: "join", "cut", then "count" as often as wanted, then "end". */
export type ScreenAnswer =
  | { kind: "joined" | "cut" }
  /** Events that each client knows. */
  | { kind: "counted"; seen: number[] }
  /** Arrivals of a step's end: when, in epoch ms, and how many ms after it. */
  | { kind: "ended"; arrivals: [at: number, ms: number][] };

const given = workerData as ScreenClients;
const arrivals: [number, number][] = [];
const pageSchema = z.object({ events: z.array(z.object({ seq: z.number() })) });

/** Someone who watches one run as the run page does: listens, and reads the journal where a number is missing. */
interface Watcher {
  seen: Set<number>;
  client: SupabaseClient;
  /** Breaks the connection off, as a network does. */
  cut(): void;
  joined: Promise<void>;
}

function watch(run: string): Watcher {
  const seen = new Set<number>();
  const sockets: WebSocket[] = [];
  class Transport extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      sockets.push(this);
    }
  }
  const client = createClient(given.supabaseUrl, given.publishableKey, {
    accessToken: async () => given.token,
    realtime: { transport: Transport },
  });
  let next = 1;
  const channel = client.channel(runTopic(run), { config: { private: true } });
  channel.on("broadcast", { event: "events" }, ({ payload }) => {
    const now = Date.now();
    const message = runEventsMessageSchema.parse(payload);
    for (const event of message.events ?? []) {
      // The step is a wait, which ends when its time has come.
      if (event.type === "timer-fired") arrivals.push([now, now - event.at]);
      seen.add(event.seq);
    }
    if (message.from > next || message.events === undefined)
      readMissing(run, seen).catch((error: unknown) => console.error(String(error)));
    next = message.to + 1;
  });
  const joined = new Promise<void>((resolve) => {
    channel.subscribe((status) => {
      if (status === "SUBSCRIBED") resolve();
    });
  });
  return { seen, client, joined, cut: () => sockets.at(-1)?.close() };
}

/** Reads what is missing before and after what was heard. */
async function readMissing(run: string, seen: Set<number>): Promise<void> {
  let after = 0;
  while (seen.has(after + 1)) after += 1;
  for (;;) {
    const response = await fetch(`${given.apiUrl}/api/v1/runs/${run}/events?after=${after}&limit=1000`, {
      headers: { authorization: `Bearer ${given.apiKey}` },
    });
    const { events } = pageSchema.parse(await response.json());
    for (const { seq } of events) seen.add(seq);
    const last = events.at(-1);
    if (last === undefined || events.length < 1_000) return;
    after = last.seq;
  }
}

const watchers: Watcher[] = [];
const asked: Record<string, () => Promise<ScreenAnswer>> = {
  async join() {
    watchers.push(...given.runs.map(watch));
    await Promise.all(watchers.map(({ joined }) => joined));
    return { kind: "joined" };
  },
  async cut() {
    for (const { cut } of watchers.slice(0, watchers.length / 2)) cut();
    return { kind: "cut" };
  },
  async count() {
    return { kind: "counted", seen: watchers.map(({ seen }) => seen.size) };
  },
  async end() {
    for (const { client } of watchers) await client.removeAllChannels();
    return { kind: "ended", arrivals };
  },
};

parentPort?.on("message", async (question: string) => {
  const answer = await asked[question]?.();
  if (answer !== undefined) parentPort?.postMessage(answer, []);
  if (question === "end") parentPort?.close();
});
