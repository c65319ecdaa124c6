import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createApi } from "./api.ts";
import { followEvents } from "./event-stream.ts";

let server: Server | null = null;
const runId = "0b5c1f4e-54a3-4a41-9a57-0f4dbb6d6c11";

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((done) => (server === null ? done(null) : server.close(done)));
  server = null;
});

/** Answers each connection in turn; what is asked beyond the last answer is answered by it again. */
async function serve(...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const asked: (string | undefined)[] = [];
  server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(request.headers["last-event-id"]?.toString());
    answer?.(request, response);
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { asked, api: createApi(`http://127.0.0.1:${port}`, () => Promise.resolve("Bearer test")) };
}

const started = (seq: number): string =>
  `id: ${seq}\ndata: ${JSON.stringify({ seq, at: seq, type: "run-started" })}\n\n`;
const end = 'event: end\ndata: {"status":"completed"}\n\n';
const stream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { "content-type": "text/event-stream" });

async function follow(api: ReturnType<typeof createApi>, patienceMs = 5_000) {
  const connections: (string | null)[] = [];
  const seqs: number[] = [];
  const options = { after: 0, signal: new AbortController().signal, patienceMs };
  for await (const event of followEvents(api, runId, { ...options, onConnection: (lost) => connections.push(lost) }))
    seqs.push(event.seq);
  return { seqs, connections };
}

describe("following a run", () => {
  it("goes on after the last event when the connection breaks, without a gap or a repetition", async () => {
    const { api, asked } = await serve(
      (_request, response) => {
        stream(response).write(started(1) + started(2), () => response.destroy());
      },
      (_request, response) => void response.writeHead(503, { "content-type": "application/json" }).end("{}"),
      (_request, response) => void stream(response).end(started(2) + started(3) + end),
    );
    const { seqs, connections } = await follow(api);
    expect(seqs).toEqual([1, 2, 3]);
    expect(asked).toEqual([undefined, "2", "2"]);
    expect(connections.at(-1)).toBeNull();
  });

  it("comes back when the server ends the stream before the run", async () => {
    const { api, asked } = await serve(
      (_request, response) => void stream(response).end(started(1)),
      (_request, response) => void response.writeHead(204).end(),
    );
    expect((await follow(api)).seqs).toEqual([1]);
    expect(asked).toEqual([undefined, "1"]);
  });

  it("refuses a journal with a gap", async () => {
    const { api } = await serve((_request, response) => void stream(response).end(started(1) + started(3) + end));
    await expect(follow(api)).rejects.toThrow("has a gap after event 1");
  });

  it("gives up on a refusal at once, and on silence when its patience is over", async () => {
    const problem = {
      type: "x",
      title: "x",
      status: 404,
      code: "NOT_FOUND",
      detail: "There is no such run.",
      requestId: "r",
      errors: [],
    };
    const { api } = await serve((_request, response) => {
      response.writeHead(404, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
    });
    await expect(follow(api)).rejects.toThrow("There is no such run.");
    server?.closeAllConnections();
    await new Promise((done) => server?.close(done));
    await expect(follow(api, 300)).rejects.toThrow("Baton does not answer at");
  });
});
