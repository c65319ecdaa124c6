import { afterAll, beforeAll, expect, test } from "vitest";
import { askingFile, computingFile, startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
let owner: string;
beforeAll(async () => {
  api = await startTestApi();
  owner = api.home.keys.owner;
});
afterAll(() => api.stop());

async function importFile(file: object): Promise<string> {
  const made = await api.call("POST", "/workflows", { as: owner, body: file });
  expect(made.status, made.text).toBe(201);
  return made.json.id;
}

async function ask(config: object = {}, node: object = {}): Promise<{ run: string; approval: string }> {
  const workflow = await importFile(askingFile(config, node));
  const started = await api.call("POST", `/workflows/${workflow}/runs`, { as: owner, body: { input: {} } });
  expect(started.status, started.text).toBe(202);
  const page = await until(
    "the request",
    () => api.call("GET", `/approvals?status=pending&runId=${started.json.id}`, { as: owner }),
    (reply) => reply.json.items.length === 1,
  );
  return { run: started.json.id, approval: page.json.items[0].id };
}

test("health names every service", async () => {
  const health = await until(
    "health",
    () => api.call("GET", "/health"),
    (reply) => reply.status === 200,
  );
  const services = { database: "healthy", redis: "healthy", realtime: "healthy", workers: "healthy" };
  expect(health.json).toEqual({ status: "healthy", services });
});

test("a workflow is imported, read, planned, changed, published and exported", async () => {
  const made = await api.call("POST", "/workflows", { as: owner, body: computingFile("Life of a workflow") });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({ version: 1, revision: 1 });
  const where = `/workflows/${made.json.id}`;
  expect(made.headers.get("location")).toBe(`/api/v1${where}`);

  const got = await api.call("GET", where, { as: owner });
  expect(got.json).toMatchObject({ name: "Life of a workflow", publishedVersion: 1, revision: 1 });
  expect(got.headers.get("etag")).toBe('"1"');
  const plan = await api.call("GET", `${where}/plan`, { as: owner });
  expect(plan.json).toMatchObject({
    groups: [["start"], ["add"], ["result"]],
    criticalPath: ["start", "add", "result"],
  });
  expect(plan.json.steps.find((step: { id: string }) => step.id === "add")).toMatchObject({ dependsOn: ["start"] });

  const changed = { ...computingFile("Renamed"), description: "Now described" };
  const saved = await api.call("PUT", where, { as: owner, body: changed, headers: { "if-match": '"1"' } });
  expect(saved.status, saved.text).toBe(200);
  expect(saved.json).toMatchObject({ name: "Renamed", revision: 2, publishedVersion: 1 });
  const late = await api.call("PUT", where, { as: owner, body: { revision: 1, definition: computingFile("Late") } });
  expect(late.status).toBe(409);
  expect(late.json).toMatchObject({ code: "CONFLICT", current: { revision: 2, name: "Renamed" } });

  const published = await api.call("POST", `${where}/publish`, { as: owner, body: { note: "second" } });
  expect(published.json).toMatchObject({ version: 2 });
  const versions = await api.call("GET", `${where}/versions`, { as: owner });
  expect(versions.json.items.map((one: { version: number }) => one.version)).toEqual([2, 1]);
  expect((await api.call("GET", `${where}/export`, { as: owner })).json).toEqual(changed);
  expect((await api.call("GET", `${where}/export?version=1`, { as: owner })).json.name).toBe("Life of a workflow");
  const found = await api.call("GET", "/workflows?search=renamed", { as: owner });
  expect(found.json.items).toHaveLength(1);
});

test("a file that does not compile is refused with the path of the fault, and nothing is stored", async () => {
  const before = await api.pool.query("select count(*)::int as n from public.workflows");
  const file = computingFile() as { nodes: { type: string }[] };
  file.nodes[1]!.type = "teleport";
  const refused = await api.call("POST", "/workflows", { as: owner, body: file });
  expect(refused.status).toBe(422);
  expect(refused.headers.get("content-type")).toBe("application/problem+json");
  expect(refused.json).toMatchObject({ code: "WORKFLOW_INVALID", type: "/docs/errors/WORKFLOW_INVALID", status: 422 });
  expect(refused.json.errors[0]).toMatchObject({ path: "/nodes/1/type", code: "unknown-type", node: "add" });
  const future = await api.call("POST", "/workflows", { as: owner, body: { ...computingFile(), schemaVersion: 2 } });
  expect(future.json.errors[0].path).toBe("/schemaVersion");
  const draft = await api.call("POST", "/workflows?draft=true", {
    as: owner,
    body: { ...computingFile(), nodes: [], edges: [] },
  });
  expect(draft.json).toMatchObject({ version: null, revision: 1 });
  const run = await api.call("POST", `/workflows/${draft.json.id}/runs`, { as: owner, body: {} });
  expect(run.json).toMatchObject({ status: 409, code: "CONFLICT" });
  const after = await api.pool.query("select count(*)::int as n from public.workflows");
  expect(after.rows[0].n).toBe(before.rows[0].n + 1);
});

test("a run is started, awaited and read", async () => {
  const workflow = await importFile(computingFile());
  const where = `/workflows/${workflow}/runs`;
  const run = await api.call("POST", `${where}?wait=20`, { as: owner, body: { input: { n: 41 } } });
  expect(run.status, run.text).toBe(200);
  expect(run.json).toMatchObject({ status: "completed", output: 42, workflowId: workflow, version: 1 });
  expect(run.json.steps.map((step: { step: string; status: string }) => [step.step, step.status])).toEqual([
    ["start", "completed"],
    ["add", "completed"],
    ["result", "completed"],
  ]);
  // It ended before it was stored: what was told then is what stands in the database.
  expect((await api.call("GET", `/runs/${run.json.id}`, { as: owner })).json).toEqual(run.json);
  const bad = await api.call("POST", where, { as: owner, body: { input: { n: "many" } } });
  expect(bad.status).toBe(422);
  expect(bad.json.errors).toMatchObject([{ path: "/input/n", code: "type" }]);
  const missing = await api.call("POST", where, { as: owner, body: { input: {} } });
  expect(missing.json.errors).toMatchObject([{ path: "/input/n", code: "required" }]);
  const large = await api.call("POST", where, { as: owner, body: { input: { n: 1, pad: "x".repeat(300_000) } } });
  expect([large.status, large.json.code]).toEqual([413, "VALUE_TOO_LARGE"]);
  const runs = await api.call("GET", `/runs?workflowId=${workflow}&status=completed`, { as: owner });
  expect(runs.json.items).toHaveLength(1);
  const events = await api.call("GET", `/runs/${run.json.id}/events?limit=2`, { as: owner });
  expect(events.json.events.map((event: { seq: number }) => event.seq)).toEqual([1, 2]);
  expect(events.json.events[0]).toMatchObject({ type: "run-queued", input: { n: 41 }, by: { kind: "api_key" } });
  expect(events.json.nextAfter).toBe(2);
  const done = await api.call("POST", `/runs/${run.json.id}/cancel`, { as: owner });
  expect([done.status, done.json.code]).toEqual([409, "CONFLICT"]);
});

test("a run that waits is paused, resumed and cancelled; the audit says by whom", async () => {
  const { run, approval } = await ask();
  const status = (wanted: string) =>
    until(
      wanted,
      () => api.call("GET", `/runs/${run}`, { as: owner }),
      (reply) => reply.json.status === wanted,
    );
  await status("waiting");
  expect((await api.call("POST", `/runs/${run}/pause`, { as: owner })).status).toBe(202);
  await status("paused");
  expect((await api.call("POST", `/runs/${run}/resume`, { as: owner })).status).toBe(202);
  await status("waiting");
  const cancelled = await api.call("POST", `/runs/${run}/cancel`, { as: owner, body: { reason: "changed my mind" } });
  expect(cancelled.status).toBe(202);
  await status("cancelled");
  const late = await api.call("POST", `/approvals/${approval}/decision`, { as: owner, body: { decision: "approve" } });
  expect(late.status).toBe(409);
  const audit = await api.pool.query(
    "select action, actor_kind, actor_label, ip::text from public.audit_log where target_id = $1 order by id",
    [run],
  );
  expect(audit.rows.map((row) => row.action)).toEqual([
    "run-started",
    "run-pause-requested",
    "run-resume-requested",
    "run-cancel-requested",
  ]);
  expect(audit.rows[0]).toMatchObject({ actor_kind: "api_key", actor_label: "owner key", ip: "127.0.0.1/32" });
});

test("fifty decisions at once: one counts, the others are told whose", async () => {
  const { run, approval } = await ask({ fields: [{ name: "po", label: "PO number", type: "string", required: true }] });
  const where = `/approvals/${approval}/decision`;
  const empty = await api.call("POST", where, { as: owner, body: { decision: "approve" } });
  expect(empty.json.errors).toMatchObject([{ path: "/fields/po", code: "required" }]);
  const odd = await api.call("POST", where, { as: owner, body: { decision: "maybe", fields: { po: 3, x: 1 } } });
  expect(odd.json.errors.map((error: { path: string }) => error.path)).toEqual([
    "/decision",
    "/fields/po",
    "/fields/x",
  ]);

  const replies = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      api.call("POST", where, {
        as: index % 2 === 0 ? owner : api.home.keys.approver,
        body: { decision: index % 2 === 0 ? "approve" : "reject", fields: { po: `PO-${index}` } },
      }),
    ),
  );
  const winners = replies.filter((reply) => reply.status === 200);
  const losers = replies.filter((reply) => reply.status === 409);
  expect([winners.length, losers.length]).toEqual([1, 49]);
  expect(losers[0]!.json.current).toMatchObject({ status: "decided", decision: winners[0]!.json.decision });
  const ended = await until(
    "the end",
    () => api.call("GET", `/runs/${run}`, { as: owner }),
    (reply) => reply.json.status === "completed",
  );
  expect(ended.json.output).toBe(winners[0]!.json.decision);
  const audit = await api.pool.query("select actor_label from public.audit_log where target_id = $1", [approval]);
  expect(audit.rows).toHaveLength(1);
});

test("a decision needs to be asked of one: user, role or group, at that moment", async () => {
  const { users, keys, id } = api.home;
  const approver = await api.token(users.approver);
  const { approval } = await ask({ assignee: { kind: "user", id: users.builder.email } });
  const view = await api.call("GET", `/approvals/${approval}`, { as: approver });
  expect(view.json.canDecide).toBe(false);
  const body = { decision: "approve" };
  expect((await api.call("POST", `/approvals/${approval}/decision`, { as: approver, body })).status).toBe(403);
  expect((await api.call("POST", `/approvals/${approval}/decision`, { as: keys.builder, body })).status).toBe(403);
  const builder = await api.token(users.builder);
  const decided = await api.call("POST", `/approvals/${approval}/decision`, { as: builder, body });
  expect(decided.json).toMatchObject({
    decidedBy: users.builder.id,
    decidedVia: "app",
    decidedByLabel: users.builder.email,
  });

  const second = await ask({ assignee: { kind: "group", id: "Legal" } });
  const where = `/approvals/${second.approval}/decision`;
  expect((await api.call("POST", where, { as: approver, body })).status).toBe(403);
  const group = await api.pool.query("insert into public.groups (org_id, name) values ($1, 'legal') returning id", [
    id,
  ]);
  await api.pool.query("insert into public.group_members (group_id, org_id, user_id) values ($1, $2, $3)", [
    group.rows[0].id,
    id,
    users.approver.id,
  ]);
  expect((await api.call("POST", where, { as: await api.token(users.viewer), body })).status).toBe(403);
  expect((await api.call("POST", where, { as: approver, body })).status).toBe(200);
});

test("a request is handed to a colleague, who is asked from then on", async () => {
  const { users, keys } = api.home;
  const [approver, operator] = [await api.token(users.approver), await api.token(users.operator)];
  const { approval } = await ask({ assignee: { kind: "user", id: users.approver.email } });
  const where = `/approvals/${approval}/delegate`;
  const given = { to: users.operator.id, note: "I am away" };
  expect((await api.call("POST", where, { as: operator, body: given })).status).toBe(403);
  const stranger = await api.call("POST", where, { as: approver, body: { to: api.foreign.users.owner.id } });
  expect([stranger.status, stranger.json.errors[0].path]).toEqual([422, "/to"]);
  const viewer = await api.call("POST", where, { as: approver, body: { to: users.viewer.id } });
  expect(viewer.status).toBe(422);
  const handed = await api.call("POST", where, { as: approver, body: given });
  expect(handed.json).toMatchObject({
    assignee: { kind: "user", id: users.operator.id },
    delegation: { byLabel: users.approver.email, note: "I am away" },
    canDecide: false,
  });
  const decision = { as: approver, body: { decision: "approve" } };
  expect((await api.call("POST", `/approvals/${approval}/decision`, decision)).status).toBe(403);
  expect((await api.call("POST", `/approvals/${approval}/decision`, { ...decision, as: operator })).status).toBe(200);
  const late = await api.call("POST", where, { as: keys.owner, body: given });
  expect([late.status, late.json.code]).toEqual([409, "CONFLICT"]);
});

test("an Idempotency-Key makes a write happen once", async () => {
  const workflow = await importFile(computingFile());
  const send = (body: object, key: string) =>
    api.call("POST", `/workflows/${workflow}/runs`, { as: owner, body, headers: { "idempotency-key": key } });
  const replies = await Promise.all(Array.from({ length: 8 }, () => send({ input: { n: 1 } }, "first")));
  expect(new Set(replies.map((reply) => reply.json.id)).size).toBe(1);
  expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 8 }, () => 202));
  const other = await send({ input: { n: 2 } }, "first");
  expect([other.status, other.json.code]).toEqual([409, "CONFLICT"]);
  expect((await send({ input: { n: 2 } }, "bad key")).status).toBe(422);
  // A failure is not kept: the same key works once the request does.
  expect((await send({ input: { n: "x" } }, "second")).status).toBe(422);
  expect((await send({ input: { n: 3 } }, "second")).status).toBe(202);

  // Another workflow's run is another request, whatever its key.
  const sibling = await importFile(computingFile());
  const elsewhere = { as: owner, body: { input: { n: 1 } }, headers: { "idempotency-key": "first" } };
  const run = await api.call("POST", `/workflows/${sibling}/runs`, elsewhere);
  expect(run.status).toBe(202);
  expect(run.json.id).not.toBe(replies[0]!.json.id);
  // The first process died before it could keep its answer: the run is found by itself.
  await api.pool.query("delete from public.idempotency_keys where key = 'first'");
  expect((await api.call("POST", `/workflows/${sibling}/runs`, elsewhere)).json.id).toBe(run.json.id);

  const key = { as: owner, body: { name: "once" }, headers: { "idempotency-key": "key" } };
  const [made, again] = [await api.call("POST", "/api-keys", key), await api.call("POST", "/api-keys", key)];
  expect(made.json.key).toMatch(/^baton_[\w-]{43}$/);
  expect(again.json).toEqual({ ...made.json, key: null });
});

test("the gallery is read and used", async () => {
  const list = await api.call("GET", "/templates", { as: owner });
  expect(list.status).toBe(200);
  for (const { slug } of list.json) {
    expect((await api.call("GET", `/templates/${slug}`, { as: owner })).status).toBe(200);
    const used = await api.call("POST", `/templates/${slug}/use`, { as: owner, body: { name: `Mine: ${slug}` } });
    expect(used.status, used.text).toBe(201);
  }
  expect((await api.call("GET", "/templates/..%2fpackage", { as: owner })).status).toBe(404);
});

test("a workflow is kept as a template of the organisation, used, and taken out again", async () => {
  const workflowId = await importFile(computingFile());
  const body = {
    workflowId,
    name: "Ours",
    description: "What we do on Mondays.",
    category: "Mondays",
    sampleInput: { n: 2 },
  };
  const saved = await api.call("POST", "/templates", { as: owner, body });
  expect(saved.status, saved.text).toBe(201);
  const [first] = (await api.call("GET", "/templates", { as: owner })).json;
  expect(first).toMatchObject({ slug: saved.json.slug, name: "Ours", category: "Mondays", origin: "organization" });
  const shown = (await api.call("GET", `/templates/${saved.json.slug}`, { as: owner })).json;
  expect(shown).toMatchObject({ sampleInput: { n: 2 }, definition: { name: "Ours", description: body.description } });
  expect(shown.steps.length).toBeGreaterThan(1);
  const used = await api.call("POST", `/templates/${saved.json.slug}/use`, { as: owner, body: {} });
  expect(used.status, used.text).toBe(201);
  const gone = await api.call("DELETE", `/templates/${saved.json.slug}`, { as: owner });
  expect(gone.status).toBe(200);
  expect((await api.call("GET", `/templates/${saved.json.slug}`, { as: owner })).status).toBe(404);
  // What was made from it stays, and so does what comes with the product.
  expect((await api.call("GET", `/workflows/${used.json.id}`, { as: owner })).status).toBe(200);
  expect((await api.call("DELETE", "/templates/rfp-response", { as: owner })).status).toBe(404);
});

test("a draft that does not compile is no template", async () => {
  const draft = {
    schemaVersion: 1,
    name: "Half",
    nodes: [
      { id: "start", type: "start" },
      { id: "lost", type: "nowhere" },
    ],
  };
  const made = await api.call("POST", "/workflows?draft=true", { as: owner, body: draft });
  const refused = await api.call("POST", "/templates", { as: owner, body: { workflowId: made.json.id, name: "Half" } });
  expect([refused.status, refused.json.code]).toEqual([422, "WORKFLOW_INVALID"]);
});

test("an archived workflow is in no list and starts no run until it is brought back", async () => {
  const id = await importFile(computingFile());
  expect((await api.call("POST", `/workflows/${id}/restore`, { as: owner })).status).toBe(404);
  expect((await api.call("DELETE", `/workflows/${id}`, { as: owner })).status).toBe(200);
  expect((await api.call("DELETE", `/workflows/${id}`, { as: owner })).status).toBe(404);
  expect((await api.call("POST", `/workflows/${id}/runs`, { as: owner, body: { input: { n: 1 } } })).status).toBe(404);
  expect((await api.call("POST", `/workflows/${id}/restore`, { as: owner })).status).toBe(200);
  expect((await api.call("POST", `/workflows/${id}/runs`, { as: owner, body: { input: { n: 1 } } })).status).toBe(202);
});

test("a workflow is tagged, found by a tag, and keeps its tags when its draft is saved", async () => {
  const id = await importFile(computingFile());
  const tagged = await api.call("PUT", `/workflows/${id}/tags`, {
    as: owner,
    body: { tags: [" Finance ", "month end"] },
  });
  expect([tagged.status, tagged.json]).toEqual([200, { id, tags: ["Finance", "month end"] }]);
  const found = await api.call("GET", `/workflows?tag=${encodeURIComponent("month end")}`, { as: owner });
  expect(found.json.items).toMatchObject([{ id, tags: ["Finance", "month end"] }]);
  expect((await api.call("GET", "/workflows?tag=month", { as: owner })).json.items).toEqual([]);
  const body = { revision: 1, definition: computingFile("Another name") };
  const saved = await api.call("PUT", `/workflows/${id}`, { as: owner, body });
  expect([saved.status, saved.json.tags]).toEqual([200, ["Finance", "month end"]]);
});

test.each([[["twice", "Twice"]], [["a,b"]], [["\u202Egnp"]], [Array.from({ length: 11 }, (_, n) => `t${n}`)]])(
  "the tags %j are refused, and those before stay",
  async (tags) => {
    const id = await importFile(computingFile());
    await api.call("PUT", `/workflows/${id}/tags`, { as: owner, body: { tags: ["kept"] } });
    const refused = await api.call("PUT", `/workflows/${id}/tags`, { as: owner, body: { tags } });
    expect([refused.status, refused.json.code]).toEqual([422, "INPUT_INVALID"]);
    expect((await api.call("GET", `/workflows/${id}`, { as: owner })).json.tags).toEqual(["kept"]);
  },
);

test("the description is OpenAPI 3.1 and the file has a JSON Schema", async () => {
  const document = (await api.call("GET", "/openapi.json")).json;
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths)).toContain("/runs/{id}/events");
  const schema = (await api.call("GET", "/workflow.schema.json")).json;
  expect(schema.properties.schemaVersion).toMatchObject({ const: 1 });
});
