import { Agent, request } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import type { Logger } from "pino";
import {
  type OrganizationRunMessage,
  organizationTopic,
  type RunEventsMessage,
  runTopic,
} from "../../contracts/realtime.ts";
import { weigh } from "../../engine/json.ts";
import type { Broadcaster } from "../../engine/ports/broadcaster.ts";

export interface BroadcasterOptions {
  supabaseUrl: string;
  secretKey: string;
  log: Pick<Logger, "warn" | "info">;
}

interface Message {
  topic: string;
  event: string;
  payload: unknown;
  private: true;
}

/** Events travel in the message while they are small; a client reads larger batches from the journal itself. */
const inlineBytes = 48 * 1024;
/** Model text of a step goes out at most this often. */
const textIntervalMs = 100;
/** Runs that ended at once are told of together: a list of them need not be quicker, and each request has its price. */
const endedIntervalMs = 50;
/** What waits for the server when it is slow. Beyond it messages are dropped: clients notice the gap in `seq`. */
const maxWaiting = 5_000;
const messagesPerRequest = 200;
const timeoutMs = 5_000;
/** How long to leave a server alone that did not answer. */
const restMs = 1_000;

/**
 * Broadcasts through Supabase Realtime's REST endpoint with the secret key. Everything that happens while a request is
 * in flight goes out in the next one. It never throws and nothing waits for it.
 */
export function createBroadcaster(options: BroadcasterOptions): Broadcaster {
  const post = createPost(options);
  let waiting: Message[] = [];
  let sending: Promise<void> | null = null;
  let dropped = 0;
  let restUntil = 0;
  let closed = false;

  const send = async (): Promise<void> => {
    // Yield first, so that what other runs do in the same tick shares the request.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const messages = waiting.splice(0, messagesPerRequest);
      const problem = await post(messages);
      if (problem === null) {
        if (dropped > 0) options.log.info({ dropped }, "Realtime is back; messages were dropped meanwhile");
        dropped = 0;
        continue;
      }
      if (dropped === 0) options.log.warn({ problem }, "Realtime does not take messages; screens fall back to reading");
      dropped += messages.length + waiting.length;
      waiting = [];
      restUntil = Date.now() + restMs;
    }
  };

  const add = (message: Message): void => {
    if (closed || waiting.length >= maxWaiting || Date.now() < restUntil) {
      dropped += 1;
      return;
    }
    waiting.push(message);
    sending ??= send().finally(() => {
      sending = null;
    });
  };
  const texts = createTextCoalescer((runId, payload) =>
    add({ topic: runTopic(runId), event: "text", payload, private: true }),
  );
  const lastStatus = new Map<string, string>();
  const tellOrganization = (orgId: string, payload: OrganizationRunMessage): void =>
    add({ topic: organizationTopic(orgId), event: "run", payload, private: true });
  let ended: Parameters<typeof tellOrganization>[] = [];
  let tellingEnded: NodeJS.Timeout | null = null;
  const tellEnded = (): void => {
    const told = ended;
    ended = [];
    tellingEnded = null;
    for (const one of told) tellOrganization(...one);
  };

  return {
    events({ runId, orgId, workflowId }, events, status) {
      const first = events[0];
      const last = events.at(-1);
      if (first === undefined || last === undefined) return;
      const inline = weigh(events, inlineBytes) <= inlineBytes;
      const payload: RunEventsMessage = { runId, from: first.seq, to: last.seq, status, ...(inline ? { events } : {}) };
      add({ topic: runTopic(runId), event: "events", payload, private: true });
      if (lastStatus.get(runId) === status) return;
      lastStatus.delete(runId);
      lastStatus.set(runId, status);
      if (lastStatus.size > 10_000) lastStatus.delete(lastStatus.keys().next().value ?? "");
      tellOrganization(orgId, { runId, workflowId, status, seq: last.seq });
    },
    ended({ runId, orgId, workflowId }, seq, status) {
      ended.push([orgId, { runId, workflowId, status, seq }]);
      tellingEnded ??= setTimeout(tellEnded, endedIntervalMs);
    },
    text({ runId }, step, attempt, text) {
      texts.add(runId, step, attempt, text);
    },
    async close() {
      texts.flush();
      if (tellingEnded !== null) clearTimeout(tellingEnded);
      tellEnded();
      closed = true;
      await sending;
      post.close();
    },
  };
}

interface TextPayload {
  step: string;
  attempt: number;
  text: string;
}

/** Gathers the pieces of a streaming answer: the first goes out at once, then at most ten messages a second. */
function createTextCoalescer(emit: (runId: string, payload: TextPayload) => void) {
  const streams = new Map<string, { runId: string; payload: TextPayload; timer: NodeJS.Timeout }>();
  const send = (key: string): void => {
    const stream = streams.get(key);
    if (stream === undefined) return;
    if (stream.payload.text === "") {
      streams.delete(key);
      return;
    }
    emit(stream.runId, { ...stream.payload });
    stream.payload.text = "";
    stream.timer = setTimeout(send, textIntervalMs, key);
  };
  return {
    add(runId: string, step: string, attempt: number, text: string): void {
      const key = `${runId} ${step} ${attempt}`;
      const stream = streams.get(key);
      if (stream !== undefined) {
        stream.payload.text += text;
        return;
      }
      emit(runId, { step, attempt, text });
      streams.set(key, { runId, payload: { step, attempt, text: "" }, timer: setTimeout(send, textIntervalMs, key) });
    },
    flush(): void {
      for (const { runId, payload, timer } of streams.values()) {
        clearTimeout(timer);
        if (payload.text !== "") emit(runId, payload);
      }
      streams.clear();
    },
  };
}

type Post = ((messages: Message[]) => Promise<string | null>) & { close(): void };

/** Posts messages over one kept-alive connection. Gives null, or what went wrong. */
function createPost({ supabaseUrl, secretKey }: BroadcasterOptions): Post {
  const url = new URL("/realtime/v1/api/broadcast", supabaseUrl);
  const secure = url.protocol === "https:";
  const agent = secure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const post = (messages: Message[]): Promise<string | null> =>
    new Promise((resolve) => {
      const body = Buffer.from(JSON.stringify({ messages }));
      const call = (secure ? secureRequest : request)(url, {
        method: "POST",
        agent,
        timeout: timeoutMs,
        headers: {
          apikey: secretKey,
          authorization: `Bearer ${secretKey}`,
          "content-type": "application/json",
          "content-length": body.byteLength,
        },
      });
      call.on("response", (response) => {
        const status = response.statusCode ?? 0;
        response.resume();
        response.on("error", (error) => resolve(error.message));
        response.on("end", () => resolve(status >= 200 && status < 300 ? null : `it answered ${status}`));
      });
      call.on("timeout", () => call.destroy(new Error("no answer in time")));
      call.on("error", (error) => resolve(error.message));
      call.end(body);
    });
  return Object.assign(post, { close: () => agent.destroy() });
}
