// Webhooks on the real stack: what outsiders send, what starts, and what is refused.
import { createHmac, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { until } from "../http/test-api.ts";
import { ended, useTriggers } from "./test-triggers.ts";

const stage = useTriggers();

interface Hook {
  id: string;
  url: string;
  secret: string | null;
}

async function hook(config: object = {}, more: object = {}): Promise<Hook> {
  const { status, json, text } = await stage.make({ kind: "webhook", name: "Orders", config, ...more });
  expect(status, text).toBe(201);
  return { id: json.trigger.id, url: new URL(json.url).pathname, secret: json.secret };
}

async function send(
  { url, secret }: Pick<Hook, "url" | "secret">,
  body: unknown,
  {
    id = randomUUID(),
    headers = {},
    at = Date.now(),
    raw,
  }: {
    id?: string;
    headers?: Record<string, string>;
    at?: number;
    raw?: string;
  } = {},
): Promise<{ status: number; headers: Headers; json: ReturnType<typeof JSON.parse> }> {
  const text = raw ?? JSON.stringify(body);
  const seconds = String(Math.floor(at / 1_000));
  const key = Buffer.from((secret ?? "whsec_").slice(6), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${text}`).digest("base64");
  const signed: Record<string, string> =
    secret === null ? {} : { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": `v1,${signature}` };
  const response = await fetch(`${stage.api.url}${url}`, {
    method: "POST",
    body: text,
    headers: { "content-type": "application/json", ...signed, ...headers },
  });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, json: answer === "" ? null : JSON.parse(answer) };
}

describe("a webhook", () => {
  test("starts one run for one event, however often it is sent, and shows its secrets once", async () => {
    const one = await hook();
    expect(one.url).toMatch(/^\/api\/hooks\/bt_[\w-]{43}$/);
    const first = await send(one, { n: 1 }, { id: "evt_1" });
    expect(first.status).toBe(202);
    expect(first.json).toMatchObject({ status: "queued", repeated: false });
    const repeats = await Promise.all(Array.from({ length: 5 }, () => send(one, { n: 1 }, { id: "evt_1" })));
    for (const again of repeats) {
      expect(again.status).toBe(202);
      expect(again.json).toEqual({ id: first.json.id, status: "queued", repeated: true });
    }
    const runs = await until("the run's end", () => stage.runsOf(one.id), ended);
    expect(runs).toMatchObject([{ id: first.json.id, input: { n: 1 }, output: 2 }]);
    const deliveries = await until(
      "the delivery",
      () => stage.api.call("GET", `/triggers/${one.id}/deliveries`, { as: stage.owner() }),
      (reply) => reply.json.items[0]?.status === "started",
    );
    expect(deliveries.json.items).toMatchObject([{ runId: first.json.id, repeats: 5, key: "id evt_1" }]);
    const shown = await stage.api.call("GET", `/triggers/${one.id}`, { as: stage.owner() });
    expect(shown.json.url).toBeNull();
    for (const hidden of [one.secret!, one.url.split("/").at(-1)!]) {
      expect(shown.text + deliveries.text).not.toContain(hidden);
      const { rows } = await stage.api.pool.query("select to_jsonb(t)::text as row from triggers t where id = $1", [
        one.id,
      ]);
      expect(rows[0].row).not.toContain(hidden);
      const { rows: audit } = await stage.api.pool.query("select details::text from audit_log where target_id = $1", [
        one.id,
      ]);
      expect(JSON.stringify(audit)).not.toContain(hidden);
    }
  });

  test("twenty at the same moment are still one run", async () => {
    const one = await hook();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(one, { n: 4 }, { id: "evt_race" })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    expect(await until("the run's end", () => stage.runsOf(one.id), ended)).toHaveLength(1);
  });

  test("lets in nobody without the right signature, and counts who tried", async () => {
    const one = await hook();
    const forged = await send({ ...one, secret: `whsec_${Buffer.alloc(32).toString("base64")}` }, { n: 1 });
    expect(forged.status).toBe(401);
    expect((await send({ ...one, secret: null }, { n: 1 })).status).toBe(401);
    expect((await send(one, { n: 1 }, { at: Date.now() - 400_000 })).status).toBe(401);
    expect((await send(one, { n: 1 }, { at: Date.now() + 400_000 })).status).toBe(401);
    expect(await stage.runsOf(one.id)).toEqual([]);
    const shown = await until(
      "the count",
      () => stage.api.call("GET", `/triggers/${one.id}`, { as: stage.owner() }),
      ({ json }) => json.refusedCount === 4,
    );
    expect(shown.json.lastRefusal).toMatch(/signature|headers/);
  });

  test("maps body, headers and query, and tells what does not fit the workflow's input", async () => {
    const one = await hook({
      signature: "none",
      headers: ["X-Shop"],
      input: { n: "{{ Number(body.order.total) + Number(query.add ?? 0) + headers['x-shop'].length }}" },
    });
    const answer = await send(
      { ...one, url: `${one.url}?add=3` },
      { order: { total: "10" } },
      { headers: { "x-shop": "ab" } },
    );
    expect(answer.status).toBe(202);
    expect(await until("the run's end", () => stage.runsOf(one.id), ended)).toMatchObject([
      { input: { n: 15 }, output: 16 },
    ]);
    const plain = await hook({ signature: "none" });
    const refused = await send(plain, { n: "many" }, { headers: { "x-event-id": "a" } });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ code: "INPUT_INVALID", errors: [{ path: "/input/n" }] });
    // The sender mends it and sends the same event again: now it starts.
    expect((await send(plain, { n: 2 }, { headers: { "x-event-id": "a" } })).status).toBe(202);
    expect(await until("the run's end", () => stage.runsOf(plain.id), ended)).toHaveLength(1);
  });

  test("answers with the run's output where it was asked to, and at once when that takes too long", async () => {
    const one = await hook({ respond: "sync" });
    const answer = await send(one, { n: 41 });
    expect(answer).toMatchObject({ status: 200, json: 42 });
    expect(answer.headers.get("baton-run")).toMatch(/^[0-9a-f-]{36}$/);
    const file = {
      schemaVersion: 1,
      name: "Slow",
      nodes: [
        { id: "start", type: "start" },
        { id: "wait", type: "wait", config: { mode: "duration", durationMs: 60_000 } },
      ],
      edges: [{ id: "e", source: "start", target: "wait" }],
    };
    const slow = await stage.publish(file);
    const made = await stage.api.call("POST", `/workflows/${slow}/triggers`, {
      as: stage.owner(),
      body: { kind: "webhook", name: "Slow", config: { respond: "sync", timeoutSeconds: 1 } },
    });
    const late = await send({ url: new URL(made.json.url).pathname, secret: made.json.secret }, {});
    expect(late).toMatchObject({ status: 202, json: { status: "running" } });
  });

  test("a new secret works at once, the old one until its time is over; a new address ends the old one", async () => {
    const one = await hook();
    const rotate = (body: object) => stage.api.call("POST", `/triggers/${one.id}/rotate`, { as: stage.owner(), body });
    const graceful = await rotate({ what: "secret", graceMinutes: 10 });
    expect(graceful.status).toBe(200);
    const renewed = { ...one, secret: graceful.json.secret as string };
    expect((await send(renewed, { n: 1 })).status).toBe(202);
    expect((await send(one, { n: 1 })).status).toBe(202);
    const sudden = await rotate({ what: "secret", graceMinutes: 0 });
    expect((await send(renewed, { n: 1 })).status).toBe(401);
    const newest = { ...one, secret: sudden.json.secret as string };
    const moved = await rotate({ what: "address" });
    expect((await send(newest, { n: 1 })).status).toBe(404);
    expect((await send({ ...newest, url: new URL(moved.json.url).pathname }, { n: 1 })).status).toBe(202);
  });

  test("paused it takes nothing, deleted it is gone, and both are said", async () => {
    const one = await hook();
    await stage.api.call("PATCH", `/triggers/${one.id}`, { as: stage.owner(), body: { enabled: false } });
    expect(await send(one, { n: 1 })).toMatchObject({ status: 409, json: { code: "CONFLICT" } });
    await stage.api.call("PATCH", `/triggers/${one.id}`, { as: stage.owner(), body: { enabled: true } });
    expect((await send(one, { n: 1 })).status).toBe(202);
    expect((await stage.api.call("DELETE", `/triggers/${one.id}`, { as: stage.owner() })).status).toBe(200);
    expect((await send(one, { n: 1 })).status).toBe(404);
  });

  test("refuses bodies that are too large or cannot be read, other methods, and addresses nobody has", async () => {
    const one = await hook({ signature: "none" });
    expect((await send(one, null, { raw: JSON.stringify({ n: "x".repeat(400_000) }) })).status).toBe(413);
    expect((await send(one, null, { raw: "{" })).status).toBe(400);
    expect((await send(one, null, { raw: '{"__proto__": 1}' })).status).toBe(422);
    const binary = { "content-type": "application/octet-stream" };
    expect((await send(one, null, { raw: "x", headers: binary })).status).toBe(415);
    expect((await fetch(`${stage.api.url}${one.url}`)).status).toBe(405);
    expect((await send({ url: `/api/hooks/bt_${"a".repeat(43)}`, secret: null }, {})).status).toBe(404);
    expect((await send({ url: "/api/hooks/x", secret: null }, {})).status).toBe(404);
  });

  test("what came can be delivered again, as a run of its own", async () => {
    const one = await hook();
    const first = await send(one, { n: 7 });
    const list = await until(
      "the delivery",
      () => stage.api.call("GET", `/triggers/${one.id}/deliveries`, { as: stage.owner() }),
      (reply) => reply.json.items[0]?.status === "started",
    );
    const [before] = list.json.items;
    const again = await stage.api.call("POST", `/triggers/${one.id}/deliveries/${before.id}/redeliver`, {
      as: stage.owner(),
    });
    expect(again.json).toMatchObject({ status: "started", redeliveryOf: before.id });
    expect(again.json.runId).not.toBe(first.json.id);
    expect(
      await until(
        "both runs",
        () => stage.runsOf(one.id),
        (runs) => runs.length === 2 && ended(runs),
      ),
    ).toHaveLength(2);
  });
});
