import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { runEventSchema, type RunEvent } from "../../engine/run/event.ts";
import { runEventsMessageSchema, runTextMessageSchema, runTopic } from "../../contracts/realtime.ts";
import { parseRows } from "../records/rows.ts";
import type { OpenSupabase } from "../supabase-context.tsx";

/** A batch that was appended: events `from` to `to`; a large one comes without its events, to be read from the journal. */
export interface Announcement {
  from: number;
  to: number;
  events: RunEvent[] | null;
}

/** Model text as it streams: the next piece, never the whole, never in the journal. */
export interface TextPiece {
  step: string;
  attempt: number;
  text: string;
}

export interface JournalListener {
  announced(batch: Announcement): void;
  text(piece: TextPiece): void;
  /** `live` after each joining of the channel: what was told before it has to be read. */
  connection(state: "live" | "lost"): void;
}

/** Where a run's journal comes from. The tests bring their own. */
export interface JournalSource {
  /** Events after `seq`, in order, at most `limit`. Rejects when the journal cannot be read now. */
  read(after: number, limit: number): Promise<RunEvent[]>;
  /** Listens until the returned function is called. */
  listen(listener: JournalListener): () => void;
}

/** Rows that the data API gives at once. */
const pageRows = 1_000;

const rowSchema = z
  .object({ seq: z.number(), at: z.string(), type: z.string(), data: z.record(z.string(), z.unknown()) })
  .transform((row, context): RunEvent => {
    const event = runEventSchema.safeParse({ ...row.data, type: row.type, seq: row.seq, at: Date.parse(row.at) });
    if (event.success) return event.data;
    context.addIssue({
      code: "custom",
      message: `event ${row.seq} (${row.type}) is in a form this page does not know`,
    });
    return z.NEVER;
  });

/** The journal in Postgres, read as the user, and its announcements on the run's private topic. */
export function supabaseJournal(open: OpenSupabase, runId: string): JournalSource {
  async function readPage(after: number, limit: number): Promise<RunEvent[]> {
    const client = await open();
    const answer = await client
      .from("run_events")
      .select("seq, at, type, data")
      .eq("run_id", runId)
      .gt("seq", after)
      .order("seq")
      .limit(limit);
    return parseRows("the run's journal", rowSchema, answer);
  }
  return {
    async read(after, limit) {
      // Numbers have no gaps, so it is known where each page begins: they need not wait for one another.
      const begins: number[] = [];
      for (let begin = 0; begin < limit; begin += pageRows) begins.push(begin);
      const pages = await Promise.all(
        begins.map((begin) => readPage(after + begin, Math.min(pageRows, limit - begin))),
      );
      // What was appended between two answers leaves a hole behind a short page; what lies behind it is read the next time.
      const cut = pages.findIndex((page, index) => page.length < Math.min(pageRows, limit - (begins[index] ?? 0)));
      return (cut < 0 ? pages : pages.slice(0, cut + 1)).flat();
    },
    listen(listener) {
      let leave: (() => void) | null = null;
      let here = true;
      async function join() {
        const client = await open();
        if (here) leave = joinTopic(client, runId, listener);
      }
      void join();
      return () => {
        here = false;
        leave?.();
      };
    },
  };
}

function joinTopic(client: SupabaseClient, runId: string, listener: JournalListener): () => void {
  let here = true;
  const channel = client.channel(runTopic(runId), { config: { private: true } });
  channel.on("broadcast", { event: "events" }, ({ payload }: { payload?: unknown }) => {
    const batch = runEventsMessageSchema.safeParse(payload);
    // Whatever was meant, something was appended: an announcement that does not parse still asks for a reading.
    if (batch.success)
      listener.announced({ from: batch.data.from, to: batch.data.to, events: batch.data.events ?? null });
    else listener.connection("live");
  });
  channel.on("broadcast", { event: "text" }, ({ payload }: { payload?: unknown }) => {
    const piece = runTextMessageSchema.safeParse(payload);
    if (piece.success) listener.text(piece.data);
  });
  async function subscribe() {
    await client.realtime.setAuth();
    if (here) channel.subscribe((status) => listener.connection(status === "SUBSCRIBED" ? "live" : "lost"));
  }
  void subscribe();
  const { data } = client.auth.onAuthStateChange((change) => {
    // A renewed token re-authorises the channel; what was told while that was settled is read.
    if (change === "TOKEN_REFRESHED") listener.connection("live");
  });
  return () => {
    here = false;
    data.subscription.unsubscribe();
    void client.removeChannel(channel);
  };
}
