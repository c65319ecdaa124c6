import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askingFile, computingFile, startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
let owner: string;
beforeAll(async () => {
  api = await startTestApi();
  owner = api.home.keys.owner;
});
afterAll(() => api.stop());

function send(raw: string | Uint8Array, headers: Record<string, string> = {}) {
  return api.call("POST", "/api-keys", { as: owner, raw, headers });
}

test("bodies that are not what they should be are refused with their place", async () => {
  const cases: [string, string | Uint8Array, number, string | null][] = [
    ["cut off", '{"name": "x"', 400, ""],
    ["not JSON", "{name: 1}", 400, ""],
    ["not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), 400, null],
    ["a list", "[]", 422, ""],
    ["null", "null", 422, ""],
    ["a number", "3", 422, ""],
    ["another organisation's", '{"name":"x","orgId":"y"}', 422, "/orgId"],
    ["an id of one's own", '{"name":"x","id":"00000000-0000-4000-8000-000000000000"}', 422, "/id"],
    ["__proto__", '{"name":"x","__proto__":{"role":"owner"}}', 422, "/__proto__"],
    ["constructor", '{"name":"x","constructor":{"prototype":{"role":"owner"}}}', 422, "/constructor"],
    ["a list for a text", '{"name":["x"]}', 422, "/name"],
    ["a role that is none", '{"name":"x","role":"root"}', 422, "/role"],
    ["U+0000", '{"name":"a\\u0000b"}', 422, "/name"],
    ["half a pair", '{"name":"a\\ud800b"}', 422, "/name"],
    ["deep", `${'{"name":'.repeat(2_000)}1${"}".repeat(2_000)}`, 422, null],
    ["large", JSON.stringify({ name: "x".repeat(100_000) }), 413, null],
  ];
  for (const [what, raw, status, path] of cases) {
    const reply = await send(raw);
    expect(reply.status, `${what}: ${reply.text.slice(0, 300)}`).toBe(status);
    expect(reply.headers.get("content-type")).toBe("application/problem+json");
    if (path !== null) expect(reply.json.errors[0]?.path, what).toBe(path);
  }
  expect((await send('{"name": "x"')).json.detail).toContain("line 1, column");
  expect((await send('{\n "name": x}')).json.detail).toContain("line 2, column 10");
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
  ]) {
    expect((await send('{"name":"x"}', { "content-type": type })).status, type).toBe(415);
  }
  expect(({} as { role?: string }).role).toBeUndefined();
});

test("a workflow of more than 1 MB is refused before it is read", async () => {
  const file = { ...computingFile(), description: "x".repeat(1_000_001) };
  const reply = await api.call("POST", "/workflows", { as: owner, body: file });
  expect([reply.status, reply.json.code]).toEqual([413, "WORKFLOW_TOO_LARGE"]);
  const { port } = new URL(api.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () =>
      socket.write(
        `POST /api/v1/workflows HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${owner}\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n{`,
      ),
    );
    socket.once("data", (chunk) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.once("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1.1 413/);
});

test("an input schema that is hostile is refused or stopped", async () => {
  const start = async (input: object) =>
    api.call("POST", "/workflows", { as: owner, body: { ...computingFile(), input: { type: "object", ...input } } });
  for (const input of [
    { $ref: "https://example.com/schema.json" },
    { $ref: "file:///etc/passwd" },
    { properties: { n: { type: "nothing" } } },
    { properties: { n: { pattern: "(" } } },
  ]) {
    const reply = await start(input);
    expect([reply.status, reply.json.errors[0].path], JSON.stringify(input)).toEqual([422, "/input"]);
  }
  const slow = await start({ properties: { n: { type: "number" }, text: { type: "string", pattern: "^(a+)+$" } } });
  expect(slow.status, slow.text).toBe(201);
  const since = performance.now();
  const run = await api.call("POST", `/workflows/${slow.json.id}/runs`, {
    as: owner,
    body: { input: { n: 1, text: `${"a".repeat(60)}!` } },
  });
  expect([run.status, run.json.code]).toEqual([422, "WORKFLOW_INVALID"]);
  expect(performance.now() - since).toBeLessThan(10_000);
});

test("queries are strict, cursors are ours, pages follow each other", async () => {
  for (let index = 0; index < 5; index++) {
    await api.call("POST", "/workflows", { as: owner, body: computingFile(`Page ${index}`) });
  }
  for (const query of [
    "limit=0",
    "limit=201",
    "limit=a",
    "cursor=abc",
    `cursor=${Buffer.from('["2026-01-01", "x"]').toString("base64url")}`,
    "org_id=neq.x",
    "or=(a)",
    "select=*",
    "search=a&search=b",
  ]) {
    const reply = await api.call("GET", `/workflows?${query}`, { as: owner });
    expect([reply.status, reply.json.code], query).toEqual([422, "INPUT_INVALID"]);
  }
  expect((await api.call("GET", "/approvals?status=&cursor=", { as: owner })).status).toBe(200);
  const names: string[] = [];
  let cursor = "";
  do {
    const page = await api.call("GET", `/workflows?search=Page%20&limit=2${cursor}`, { as: owner });
    names.push(...page.json.items.map((item: { name: string }) => item.name));
    cursor = page.json.nextCursor === null ? "" : `&cursor=${page.json.nextCursor}`;
  } while (cursor !== "");
  expect(names).toEqual(["Page 4", "Page 3", "Page 2", "Page 1", "Page 0"]);
});

test("addresses and methods that are not there are problems too", async () => {
  for (const path of ["/nothing", "/workflows/x/y", "/Workflows", "/workflows/", "/approvals/1/decision/"]) {
    const reply = await api.call("GET", path, { as: owner });
    expect([reply.status, reply.headers.get("content-type")], path).toEqual([404, "application/problem+json"]);
  }
  const wrong = await api.call("PATCH", "/workflows", { as: owner, body: {} });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST, GET, HEAD"]);
  const override = await api.call("GET", "/runs", { as: owner, headers: { "x-http-method-override": "DELETE" } });
  expect(override.status).toBe(200);
});

test("answers carry the limit, may not be framed or cached, and allow no other origin", async () => {
  const reply = await api.call("GET", "/workflows", { as: owner, headers: { origin: "https://evil.example" } });
  expect(reply.headers.get("x-ratelimit-limit")).toBe(String(api.services.callerBucket.capacity));
  expect(Number(reply.headers.get("x-ratelimit-remaining"))).toBeLessThan(api.services.callerBucket.capacity);
  expect(reply.headers.get("x-ratelimit-reset")).toMatch(/^\d+$/);
  expect(reply.headers.get("access-control-allow-origin")).toBeNull();
  expect(reply.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
  expect(reply.headers.get("cache-control")).toBe("no-store");
});

test("a stream of the journal resumes where it broke off and ends with the run", async () => {
  const made = await api.call("POST", "/workflows", { as: owner, body: askingFile() });
  const started = await api.call("POST", `/workflows/${made.json.id}/runs`, { as: owner, body: {} });
  const where = `/runs/${started.json.id}`;
  const page = await until(
    "the request",
    () => api.call("GET", `/approvals?runId=${started.json.id}`, { as: owner }),
    (reply) => reply.json.items.length === 1,
  );
  const open = (last: string | null, signal: AbortSignal): Promise<Response> =>
    fetch(`${api.url}/api/v1${where}/events`, {
      headers: {
        authorization: `Bearer ${owner}`,
        accept: "text/event-stream",
        ...(last === null ? {} : { "last-event-id": last }),
      },
      signal,
    });

  const cut = new AbortController();
  const first = await open(null, cut.signal);
  expect(first.headers.get("content-type")).toContain("text/event-stream");
  const reader = first.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("approval-requested")) text += (await reader.read()).value ?? "";
  cut.abort();
  const seen = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  expect(seen).toEqual(seen.map((_, index) => index + 1));

  const second = await open(String(seen.at(-1)), new AbortController().signal);
  const rest = second.text();
  await api.call("POST", `/approvals/${page.json.items[0].id}/decision`, { as: owner, body: { decision: "approve" } });
  const tail = await rest;
  const later = [...tail.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  expect(later[0]).toBe(seen.at(-1)! + 1);
  expect(tail).toContain('event: end\ndata: {"status":"completed"}');
  const events = await api.call("GET", `${where}/events`, { as: owner });
  expect([...seen, ...later]).toEqual(events.json.events.map((event: { seq: number }) => event.seq));
  expect((await open(String(later.at(-1)), new AbortController().signal)).status).toBe(204);
  const after = await api.call("GET", `${where}/events?after=${seen.at(-1)}`, { as: owner });
  expect(after.json.events[0].seq).toBe(later[0]);
});

test("a stream ends when its reader may no longer read", async () => {
  const made = await api.call("POST", "/workflows", { as: owner, body: askingFile() });
  const started = await api.call("POST", `/workflows/${made.json.id}/runs`, { as: owner, body: {} });
  const key = await api.call("POST", "/api-keys", { as: owner, body: { name: "reader", role: "viewer" } });
  const stream = await fetch(`${api.url}/api/v1/runs/${started.json.id}/events`, {
    headers: { authorization: `Bearer ${key.json.key}`, accept: "text/event-stream" },
  });
  await api.call("DELETE", `/api-keys/${key.json.id}`, { as: owner });
  expect(await stream.text()).not.toContain("event: end");
});

test("who asks too much is told when to come back", async () => {
  const many = (path: string, as?: string) =>
    Promise.all(Array.from({ length: 300 }, () => api.call("GET", path, as === undefined ? {} : { as })));
  const refused = (await many("/approval-links/x")).filter((reply) => reply.status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]!.json.code).toBe("RATE_LIMITED");
  expect(Number(refused[0]!.headers.get("retry-after"))).toBeGreaterThan(0);
  // Guessing keys counts as well, and does not keep those out who have one.
  const guesses = await many("/runs", "baton_guess");
  expect(new Set(guesses.map((reply) => reply.status))).toContain(429);
  expect((await api.call("GET", "/runs", { as: owner })).status).toBe(200);
});
