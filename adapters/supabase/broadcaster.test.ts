import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import { createBroadcaster } from "./broadcaster.ts";

interface Message {
  topic: string;
  event: string;
  payload: Record<string, unknown>;
  private: boolean;
}

let server: Server;
let url: string;
let answer: number;
let requests: { headers: Record<string, unknown>; messages: Message[] }[];
const log = { info: vi.fn(), warn: vi.fn() };
const run = { runId: "r1", orgId: "o1", workflowId: "w1" };
const event = (seq: number, output: string = ""): RunEvent => ({
  seq,
  at: 1,
  type: "step-completed",
  step: "a",
  attempt: 1,
  output,
});

beforeEach(async () => {
  answer = 202;
  requests = [];
  vi.clearAllMocks();
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      requests.push({ headers: request.headers, ...JSON.parse(body) });
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("what many runs do in one tick goes out in one request, private and with the secret key", async () => {
  const broadcaster = createBroadcaster({ supabaseUrl: url, secretKey: "sb_secret_x", log });
  for (const runId of ["r1", "r2", "r3"]) broadcaster.events({ ...run, runId }, [event(2), event(3)], "running");
  await broadcaster.close();
  expect(requests).toHaveLength(1);
  expect(requests[0]?.headers).toMatchObject({ apikey: "sb_secret_x", authorization: "Bearer sb_secret_x" });
  expect(requests[0]?.messages).toHaveLength(6);
  expect(requests[0]?.messages[0]).toEqual({
    topic: "run:r1",
    event: "events",
    private: true,
    payload: { runId: "r1", from: 2, to: 3, status: "running", events: [event(2), event(3)] },
  });
  expect(requests[0]?.messages[1]).toEqual({
    topic: "org:o1",
    event: "run",
    private: true,
    payload: { runId: "r1", workflowId: "w1", status: "running", seq: 3 },
  });
});

test("the organisation hears of changes of status only, and large batches travel by number", async () => {
  const broadcaster = createBroadcaster({ supabaseUrl: url, secretKey: "k", log });
  broadcaster.events(run, [event(2)], "running");
  broadcaster.events(run, [event(3, "x".repeat(60_000))], "running");
  broadcaster.events(run, [event(4)], "completed");
  await broadcaster.close();
  const messages = requests.flatMap((request) => request.messages);
  expect(messages.filter(({ topic }) => topic === "org:o1").map(({ payload }) => payload["status"])).toEqual([
    "running",
    "completed",
  ]);
  expect(messages.find(({ payload }) => payload["from"] === 3)?.payload).toEqual({
    runId: "r1",
    from: 3,
    to: 3,
    status: "running",
  });
});

test("runs that ended at once are told to their organisation only, together", async () => {
  const broadcaster = createBroadcaster({ supabaseUrl: url, secretKey: "k", log });
  for (let turn = 1; turn <= 20; turn++) {
    broadcaster.ended({ ...run, runId: `r${turn}` }, 4, "completed");
    await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(requests).toHaveLength(1));
  expect(requests[0]?.messages).toHaveLength(20);
  expect(requests[0]?.messages[0]).toEqual({
    topic: "org:o1",
    event: "run",
    private: true,
    payload: { runId: "r1", workflowId: "w1", status: "completed", seq: 4 },
  });
  broadcaster.ended(run, 4, "failed");
  await broadcaster.close();
  expect(requests.at(-1)?.messages[0]?.payload["status"]).toBe("failed");
});

test("streaming text is gathered, and none of it is lost", async () => {
  const broadcaster = createBroadcaster({ supabaseUrl: url, secretKey: "k", log });
  const pieces = Array.from({ length: 200 }, (_, index) => `${index} `);
  for (const piece of pieces) {
    broadcaster.text(run, "write", 1, piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await broadcaster.close();
  const texts = requests.flatMap((request) => request.messages);
  expect(texts.map(({ payload }) => payload["text"]).join("")).toBe(pieces.join(""));
  expect(texts.length).toBeLessThan(20);
});

test("a server that is away or refuses is left alone for a while, and nobody is held up", async () => {
  answer = 500;
  const broadcaster = createBroadcaster({ supabaseUrl: url, secretKey: "k", log });
  broadcaster.events(run, [event(2)], "running");
  await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1));
  for (let seq = 3; seq < 100; seq++) broadcaster.events(run, [event(seq)], "running");
  expect(requests).toHaveLength(1);
  expect(log.warn).toHaveBeenCalledTimes(1);
  await broadcaster.close();
});
