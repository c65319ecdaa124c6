import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { roles } from "../../contracts/api/common.ts";
import { rights, type Action } from "../auth/authorize.ts";
import { createLinkSigner } from "../../adapters/links/link-signer.ts";
import { askingFile, computingFile, startTestApi, until, type TestApi, type TestOrg } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

// Whoever gives no name is counted by address, and all tests have one address: what one asked is not held against the next.
afterEach(async () => {
  const redis = new Redis(api.variables["REDIS_URL"] ?? "", { enableReadyCheck: false });
  await redis.del("baton:rate:ip:127.0.0.1");
  await redis.quit();
});

interface Things {
  workflow: string;
  run: string;
  approval: string;
  key: string;
  template: string;
  trigger: string;
  agent: string;
}

async function makeThings(org: TestOrg, config: object = {}, node: object = {}): Promise<Things> {
  const as = org.keys.owner;
  const workflow = (await api.call("POST", "/workflows", { as, body: askingFile(config, node) })).json.id;
  const run = (await api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} })).json.id;
  const page = await until(
    "the request",
    () => api.call("GET", `/approvals?runId=${run}`, { as }),
    (reply) => reply.json.items.length === 1,
  );
  const template = (await api.call("POST", "/templates", { as, body: { workflowId: workflow, name: "Ours" } })).json
    .slug;
  const schedule = { kind: "schedule", name: "Daily", config: { cron: "0 9 * * *", timeZone: "UTC" } };
  const made = await api.call("POST", `/workflows/${workflow}/triggers`, { as, body: schedule });
  const trigger = made.json.trigger.id;
  const agent = (await api.call("POST", "/agents", { as, body: { name: `Agent of ${workflow}` } })).json.id;
  const key = (await api.call("POST", "/api-keys", { as, body: { name: "spare", role: "viewer" } })).json.id;
  return { workflow, run, approval: page.json.items[0].id, key, template, trigger, agent };
}

interface Operation {
  method: string;
  path: string;
  action: Action | null;
}

/** The routes as the API describes itself: one that is missing there is missing here, and its row fails. */
async function operations(): Promise<Operation[]> {
  const { paths } = (await api.call("GET", "/openapi.json")).json;
  return Object.entries(paths as Record<string, Record<string, { "x-baton-action"?: Action }>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, one]) => ({
        method: method.toUpperCase(),
        path,
        action: one["x-baton-action"] ?? null,
      })),
  );
}

function addressOf(path: string, things: Things): string {
  const id = path.startsWith("/workflows")
    ? things.workflow
    : path.startsWith("/runs")
      ? things.run
      : path.startsWith("/approvals")
        ? things.approval
        : path.startsWith("/triggers")
          ? things.trigger
          : path.startsWith("/agents")
            ? things.agent
            : things.key;
  return path
    .replace("{id}", id)
    .replace("{slug}", things.template)
    .replace("{token}", "x".repeat(100))
    .replace("{deliveryId}", things.run);
}

/** Bodies that are understood and do no more harm than they must. */
const bodies: Record<string, unknown> = {
  "POST /workflows": computingFile("From the matrix"),
  "POST /templates": { workflowId: randomUUID(), name: "From the matrix" },
  "PUT /workflows/{id}": { revision: 999, definition: computingFile() },
  "POST /workflows/{id}/publish": { revision: 999 },
  "PUT /workflows/{id}/tags": { tags: ["matrix"] },
  "POST /workflows/{id}/runs": { version: 999 },
  "PATCH /runs/{id}/variables": { variables: { n: 1 } },
  "POST /runs/{id}/fork": { at: 1 },
  "POST /runs/{id}/callback-address": { step: "nowhere" },
  "POST /workflows/{id}/triggers": { kind: "form", name: "Ask", config: {} },
  "PATCH /triggers/{id}": { enabled: false },
  "POST /triggers/{id}/rotate": { what: "secret" },
  "POST /approvals/{id}/delegate": { to: randomUUID() },
  "POST /approvals/{id}/decision": { decision: "no such option" },
  "POST /credentials": { name: "matrix", kind: "bearer", hosts: ["example.com"], secret: "a secret" },
  "POST /credentials/{id}/rotate": { secret: "another secret" },
  "POST /invitations": { email: "matrix@example.com", role: "viewer" },
  "PUT /limits": { queuedRuns: 5_000 },
  "POST /agents": { name: "matrix" },
  "PATCH /agents/{id}": { description: "matrix" },
  "POST /agents/{id}/check": { settings: {} },
  "POST /model-providers": { name: "matrix", baseUrl: "https://models.example.com/v1", defaultModel: "m" },
  "PUT /model-providers/{id}": { name: "matrix", baseUrl: "https://models.example.com/v1", defaultModel: "m" },
  "POST /model-provider-tests": { baseUrl: "http://127.0.0.1:9/v1", model: "m" },
  "POST /api-keys": { name: "matrix", role: "viewer" },
};

test(
  "each route is in the table of rights, and each role may do what the table says",
  { timeout: 120_000 },
  async () => {
    const things = await makeThings(api.home);
    const all = await operations();
    const open = all.filter((one) => one.action === null).map((one) => `${one.method} ${one.path}`);
    expect(open).toEqual([
      "GET /health",
      "GET /approval-links/{token}",
      "POST /approval-links/{token}/decision",
      "GET /invitation-links/{token}",
      "POST /invitation-links/{token}/accept",
      "GET /forms/{token}",
      "POST /forms/{token}/submissions",
    ]);
    // Deletes last: the others need what they delete.
    const order = all
      .filter((one) => one.action !== null)
      .toSorted((one, other) => Number(one.method === "DELETE") - Number(other.method === "DELETE"));
    for (const { method, path, action } of order) {
      const allowed: readonly string[] = rights[action!].roles;
      const where = addressOf(path, things);
      const body = bodies[`${method} ${path}`];
      for (const role of roles.toReversed()) {
        const reply = await api.call(method, where, {
          as: api.home.keys[role],
          ...(body === undefined ? {} : { body }),
        });
        const row = `${method} ${path} as ${role}: ${reply.status} ${reply.text.slice(0, 200)}`;
        expect(reply.status === 403, row).toBe(!allowed.includes(role));
        expect(reply.status, row).toBeLessThan(500);
      }
      const anonymous = await api.call(method, where, body === undefined ? {} : { body });
      expect([anonymous.status, anonymous.json.code], `${method} ${path} as nobody`).toEqual([401, "UNAUTHENTICATED"]);
    }
  },
);

test("another organisation's things are not there, whoever asks", { timeout: 60_000 }, async () => {
  const theirs = await makeThings(api.foreign);
  const as = api.home.keys.owner;
  for (const { method, path, action } of await operations()) {
    if (action === null || !/\{(id|slug)\}/.test(path)) continue;
    const body = bodies[`${method} ${path}`];
    const reply = await api.call(method, addressOf(path, theirs), { as, ...(body === undefined ? {} : { body }) });
    expect([reply.status, reply.json.code], `${method} ${path}`).toEqual([404, "NOT_FOUND"]);
    const nobody = await api.call(
      method,
      addressOf(path, { workflow: "1", run: "1", approval: "1", key: "1", template: "1", trigger: "1", agent: "1" }),
      {
        as,
        ...(body === undefined ? {} : { body }),
      },
    );
    expect(nobody.status, `${method} ${path} with an id that is none`).toBe(404);
  }
  for (const list of ["/workflows", "/runs", "/approvals", "/api-keys", "/agents"]) {
    const ids = (await api.call("GET", list, { as })).json.items.map((item: { id: string }) => item.id);
    for (const id of Object.values(theirs)) expect(ids).not.toContain(id);
  }
  const templates = (await api.call("GET", "/templates", { as })).json.map((one: { slug: string }) => one.slug);
  expect(templates).not.toContain(theirs.template);
  const filtered = await api.call("GET", `/runs?workflowId=${theirs.workflow}`, { as });
  expect(filtered.json.items).toEqual([]);
  // Nothing of theirs changed.
  const run = await api.call("GET", `/runs/${theirs.run}`, { as: api.foreign.keys.owner });
  expect(run.json.status).toBe("waiting");
});

test("the organisation is chosen by header among one's own", async () => {
  const { users, id } = api.home;
  const token = await api.token(users.builder);
  expect((await api.call("GET", "/workflows", { as: token, headers: { "baton-organization": id } })).status).toBe(200);
  for (const wrong of [api.foreign.id, randomUUID(), "1"]) {
    const headers = { "baton-organization": wrong };
    expect((await api.call("GET", "/workflows", { as: token, headers })).status).toBe(404);
    expect((await api.call("GET", "/workflows", { as: api.home.keys.owner, headers })).status).toBe(404);
  }
});

test("tokens that are forged, expired, of another role or nobody's are refused alike", async () => {
  const token = await api.token(api.home.users.owner);
  const [head, payload, signature] = token.split(".") as [string, string, string];
  const none = Buffer.from('{"alg":"none"}').toString("base64url");
  const expired = await api.token(api.home.users.owner, "-1s");
  const swapped = Buffer.from(
    Buffer.from(payload, "base64url").toString().replace(api.home.users.owner.id, api.foreign.users.owner.id),
  ).toString("base64url");
  for (const as of [
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${head}.${swapped}.${signature}`,
    `${head}.${payload}.${signature.slice(0, -2)}`,
    expired,
    "baton_" + "A".repeat(43),
    "x",
    `eyJ${"a".repeat(7_000)}.b.c`,
    "y".repeat(9_000),
  ]) {
    const reply = await api.call("GET", "/workflows", { as });
    expect([reply.status, reply.json.code], as.slice(0, 40)).toEqual([401, "UNAUTHENTICATED"]);
  }
  const stranger = { id: randomUUID(), email: "stranger@test.local" };
  expect((await api.call("GET", "/workflows", { as: await api.token(stranger) })).status).toBe(403);
});

test("a key that is revoked or a member who is removed can do nothing a second later", async () => {
  const { keys, users } = api.home;
  const made = await api.call("POST", "/api-keys", {
    as: keys.owner,
    body: { name: "brief", role: "operator", scopes: ["read"] },
  });
  const as = made.json.key;
  expect((await api.call("GET", "/runs", { as })).status).toBe(200);
  const unscoped = await api.call("POST", `/workflows/${randomUUID()}/runs`, { as, body: {} });
  expect([unscoped.status, unscoped.json.detail]).toEqual([403, expect.stringContaining('scope "runs"')]);
  expect((await api.call("DELETE", `/api-keys/${made.json.id}`, { as: keys.owner })).json.revokedAt).not.toBeNull();
  expect((await api.call("GET", "/runs", { as })).status).toBe(401);

  const admin = await api.token(users.admin);
  const escalating = await api.call("POST", "/api-keys", { as: admin, body: { name: "more", role: "owner" } });
  expect(escalating.status).toBe(403);
  await api.pool.query("delete from public.memberships where user_id = $1", [users.admin.id]);
  const since = performance.now();
  await until(
    "the refusal",
    () => api.call("GET", "/runs", { as: admin }),
    (reply) => reply.status === 403,
  );
  expect(performance.now() - since).toBeLessThan(1_500);
});

test("a link shows by GET, decides once by POST, and says nothing about tokens that are not good", async () => {
  const { approval } = await makeThings(api.home);
  const link = await api.call("POST", `/approvals/${approval}/link`, { as: api.home.keys.owner });
  expect(link.json.url).toMatch(/\/a\/[\w-]{100}$/);
  const token: string = link.json.url.split("/a/")[1];
  const shown = await api.call("GET", `/approval-links/${token}`);
  expect(shown.json).toMatchObject({ id: approval, status: "pending", needsSignIn: false });
  expect(shown.headers.get("referrer-policy")).toBe("no-referrer");
  await fetch(`${api.url}/api/v1/approval-links/${token}/decision`, { method: "HEAD" });
  await fetch(`${api.url}/api/v1/approval-links/${token}`, { method: "HEAD" });
  expect((await api.call("GET", `/approval-links/${token}`)).json.status).toBe("pending");

  const bytes = Buffer.from(token, "base64url");
  const flipped = (at: number): string => {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 1;
    return copy.toString("base64url");
  };
  const foreign = createLinkSigner(["another secret of thirty-two bytes"], Date.now);
  const claims = { approvalId: approval, orgId: api.home.id, expiresAt: Date.now() + 60_000 };
  const own = api.services.links;
  const bad = [
    ...[0, 2, 6, 22, 40, 43, 74].map(flipped),
    foreign.sign(claims),
    own.sign({ ...claims, expiresAt: Date.now() - 1_000 }),
    own.sign({ ...claims, orgId: api.foreign.id }),
    own.sign({ ...claims, approvalId: randomUUID() }),
    token.slice(0, -1),
    `${token}A`,
    "null",
    "%5B%5D",
    "0",
    "a".repeat(10_000),
  ];
  const bodies = new Set<string>();
  for (const one of bad) {
    for (const [method, where] of [
      ["GET", ""],
      ["POST", "/decision"],
    ] as const) {
      const body = method === "POST" ? { body: { decision: "approve" } } : {};
      const reply = await api.call(method, `/approval-links/${one}${where}`, body);
      expect(reply.status, one.slice(0, 120)).toBe(404);
      bodies.add(JSON.stringify({ ...reply.json, requestId: "" }));
    }
  }
  expect(bodies.size).toBe(1);

  const replies = await Promise.all(
    Array.from({ length: 10 }, () =>
      api.call("POST", `/approval-links/${token}/decision`, { body: { decision: "approve" } }),
    ),
  );
  expect(replies.map((reply) => reply.status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  const { rows } = await api.pool.query(
    "select decided_via, decided_by_label, decided_ip::text from public.approvals where id = $1",
    [approval],
  );
  expect(rows[0]).toMatchObject({ decided_via: "link", decided_by_label: "signed link", decided_ip: "127.0.0.1/32" });
});

test("a link alone does not decide what cannot be undone or is asked of somebody", async () => {
  const { users } = api.home;
  for (const [config, node] of [
    [{}, { irreversible: true }],
    [{ assignee: { kind: "user", id: users.builder.id } }, {}],
  ] as const) {
    const { approval } = await makeThings(api.home, config, node);
    const link = await api.call("POST", `/approvals/${approval}/link`, { as: api.home.keys.owner });
    const where = `/approval-links/${link.json.url.split("/a/")[1]}`;
    expect((await api.call("GET", where)).json.needsSignIn).toBe(true);
    const body = { decision: "approve" };
    expect((await api.call("POST", `${where}/decision`, { body })).status).toBe(401);
    for (const user of [users.viewer, api.foreign.users.owner]) {
      const reply = await api.call("POST", `${where}/decision`, { as: await api.token(user), body });
      expect([403, 404]).toContain(reply.status);
    }
    const signedIn = await api.call("POST", `${where}/decision`, { as: await api.token(users.builder), body });
    expect(signedIn.json).toMatchObject({ decidedVia: "link", decidedByLabel: users.builder.email });
  }
});
