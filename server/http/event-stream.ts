import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { isRunEnded } from "../../engine/run/status.ts";
import { mayDo } from "../auth/authorize.ts";
import type { Caller } from "../auth/caller.ts";
import { findRun } from "../runs/get-run.ts";
import { followRun } from "../runs/read-events.ts";
import type { Services } from "../services.ts";
import { originOf } from "./origin.ts";

/** Proxies close connections that are silent for a minute; a comment every fifteen seconds keeps them. */
const pulseMs = 15_000;

/**
 * The journal as server-sent events: `id` is the event's number, so a browser that reconnects goes on where it was. Ends after
 * the run's end; who reconnects after that gets 204, which tells an EventSource to stop.
 */
export async function streamEvents(
  services: Services,
  caller: Caller,
  runId: string,
  after: number,
  context: Context,
): Promise<Response> {
  const run = await findRun(services.runs, caller, runId);
  const resumed = context.req.header("last-event-id");
  const from = resumed !== undefined && /^\d{1,15}$/.test(resumed) ? Number(resumed) : after;
  if (resumed !== undefined && isRunEnded(run.status) && from >= run.lastSeq) return context.body(null, 204);

  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  context.req.raw.signal.addEventListener("abort", onAbort, { once: true });
  const credentials = {
    authorization: context.req.header("authorization"),
    organization: context.req.header("baton-organization"),
    ...originOf(context),
  };
  context.header("Cache-Control", "no-store");
  // Asks reverse proxies not to gather the stream up.
  context.header("X-Accel-Buffering", "no");
  return streamSSE(
    context,
    async (stream) => {
      stream.onAbort(onAbort);
      const options = { after: from, pulseMs, signal: stop.signal, allowed };
      for await (const item of followRun(services, caller.orgId, runId, options)) {
        if (item === null) await stream.write(": still here\n\n");
        else if ("ended" in item) await stream.writeSSE({ event: "end", data: JSON.stringify({ status: item.ended }) });
        else await stream.writeSSE({ id: String(item.event.seq), data: JSON.stringify(item.event) });
      }
    },
    async (error) => {
      services.log.error({ err: error, runId }, "event stream broke off");
    },
  );

  /** Asked again all along: who loses the right to read loses the stream too. */
  async function allowed(): Promise<boolean> {
    try {
      const now = await services.auth.authenticate(credentials);
      return now.orgId === caller.orgId && mayDo(now, "run:read");
    } catch (error) {
      services.log.info({ err: error, runId }, "event stream ended: the reader may no longer read");
      return false;
    }
  }
}
