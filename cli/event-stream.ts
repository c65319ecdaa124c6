import { createParser } from "./event-parser.ts";
import { type Api, ApiFailure, UnreachableError } from "./api.ts";
import { runEventSchema, type RunEvent } from "../engine/run/event.ts";
import { CliFailure } from "./failure.ts";

export interface FollowOptions {
  /** Number of the last event that is known already. */
  after: number;
  signal: AbortSignal;
  /** Told when the connection is lost (with the reason) and when it is there again (null). */
  onConnection: (lost: string | null) => void;
  /** How long the connection may be gone before following is given up, in ms. */
  patienceMs?: number;
}

const firstDelayMs = 250;
const longestDelayMs = 3_000;

/**
 * The journal of a run as it grows, without a gap: a connection that breaks is made again from the last event that came. Ends with the run's
 * end, or when the signal aborts.
 * @throws CliFailure when the server refuses, or stays away for longer than the patience
 */
export async function* followEvents(api: Api, runId: string, options: FollowOptions): AsyncGenerator<RunEvent> {
  const { signal, onConnection, patienceMs = 120_000 } = options;
  let after = options.after;
  let lostAt: number | null = null;
  let delay = firstDelayMs;
  while (!signal.aborted) {
    try {
      const response = await api.open(`/runs/${runId}/events?after=${after}`, {
        headers: { accept: "text/event-stream", ...(after === 0 ? {} : { "last-event-id": String(after) }) },
        signal,
      });
      if (response.status === 204) return;
      if (lostAt !== null) onConnection(null);
      lostAt = null;
      for await (const message of messagesOf(response)) {
        if (message.event === "end") return;
        const event = runEventSchema.parse(JSON.parse(message.data)) as RunEvent;
        if (event.seq <= after) continue;
        if (event.seq !== after + 1)
          throw new CliFailure(`The journal of run ${runId} has a gap after event ${after}.`);
        after = event.seq;
        delay = firstDelayMs;
        yield event;
      }
      // The server ended the stream before the run did: it is going down, or our token is used up. Both mend themselves.
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
      lostAt ??= performance.now();
      if (performance.now() - lostAt > patienceMs) throw error;
      onConnection(error instanceof Error ? error.message : String(error));
    }
    await pause(delay, signal);
    delay = Math.min(delay * 2, longestDelayMs);
  }
}

/** A connection that broke, or a server that is overwhelmed or starting: worth another try. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiFailure) return error.status >= 500 || error.status === 429;
  return error instanceof UnreachableError || error instanceof TypeError;
}

async function* messagesOf(response: Response): AsyncGenerator<{ event: string; data: string }> {
  if (response.body === null) return;
  const parser = createParser();
  const decoder = new TextDecoder();
  for await (const chunk of response.body) yield* parser.push(decoder.decode(chunk, { stream: true }));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
