// The worker's side: the fence of the journal, timers, and rows that nothing may change.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOrganization, createRun, createWorkflow, journal } from "./actors.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let org: string;
let workflow: string;
let run: string;

beforeAll(async () => {
  database = await startTestDatabase();
  org = await createOrganization(database.pool, "acme");
  workflow = await createWorkflow(database.pool, org);
});
beforeEach(async () => {
  run = await createRun(database.pool, org, workflow);
});
afterAll(async () => {
  await database?.stop();
});

const start = Date.UTC(2026, 10, 20);

/** Events with these numbers and nothing else to be said of them. */
function numbered(...seqs: (number | null)[]): string {
  return JSON.stringify(seqs.map((seq) => ({ seq, at: start, type: "step-completed", stepId: null, data: {} })));
}

function events(from: number, amount: number): string {
  return journal(from, amount, start);
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** A batch with the first event of each run. */
function firstEvents(runIds: string[]): string {
  return JSON.stringify(runIds.map((runId) => ({ runId, afterSeq: 0, events: JSON.parse(events(1, 1)) })));
}

interface Turn {
  patch?: unknown;
  timers?: unknown;
  approvals?: unknown;
  signals?: string[];
}

async function append(runId: string, after: number, written: string, turn: Turn = {}): Promise<void> {
  await database.pool.query("select append_run_events($1, $2, $3, $4, $5, $6, $7)", [
    runId,
    after,
    written,
    json(turn.patch),
    json(turn.timers),
    json(turn.approvals),
    turn.signals ?? null,
  ]);
}

async function one(sql: string, values: unknown[] = [run]): Promise<Record<string, unknown>> {
  const { rows } = await database.pool.query<Record<string, unknown>>(sql, values);
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

async function count(table: string, where = "true"): Promise<number> {
  const row = await one(`select count(*)::int as n from ${table} where run_id = $1 and ${where}`);
  return Number(row.n);
}

describe("append_run_events", () => {
  it("writes a whole turn", async () => {
    const { id: signal } = await one(
      "insert into run_signals (org_id, run_id, kind) values ($2, $1, 'retry') returning id",
      [run, org],
    );
    await append(run, 0, events(1, 3), {
      patch: {
        status: "waiting",
        started_at: start,
        output: { a: 1 },
        error: null,
        cost_usd: "0.125",
        input_tokens: 7,
        output_tokens: 9,
        model_label: "demo",
      },
      timers: { arm: [{ key: "wait", dueAt: start + 5000 }] },
      approvals: {
        open: [
          {
            id: crypto.randomUUID(),
            nodeId: "legal",
            stepId: "legal",
            title: "Legal review",
            options: [{ id: "approve" }],
            assignee: { kind: "role", id: "approver" },
            urgency: "high",
            deadlineAt: start + 60_000,
            onTimeout: "escalate",
            escalateTo: { kind: "role", id: "owner" },
            requiredFields: ["reason"],
            context: { risk: "high" },
            irreversible: true,
          },
        ],
      },
      signals: [String(signal)],
    });
    expect(await one("select * from runs where id = $1")).toMatchObject({
      status: "waiting",
      started_at: new Date(start),
      ended_at: null,
      output: { a: 1 },
      error: null,
      cost_usd: "0.125",
      input_tokens: "7",
      output_tokens: "9",
      model_label: "demo",
      last_seq: "3",
    });
    expect(await one("select * from run_events where run_id = $1 and seq = 3")).toMatchObject({
      org_id: org,
      at: new Date(start + 3),
      type: "step-completed",
      step_id: "a",
      data: { n: 1 },
    });
    expect(await one("select * from run_timers where run_id = $1")).toMatchObject({
      key: "wait",
      due_at: new Date(start + 5000),
      org_id: org,
    });
    expect(await one("select * from approvals where run_id = $1")).toMatchObject({
      org_id: org,
      workflow_id: workflow,
      status: "pending",
      urgency: "high",
      on_timeout: "escalate",
      escalate_to: { kind: "role", id: "owner" },
      required_fields: ["reason"],
      deadline_at: new Date(start + 60_000),
      irreversible: true,
    });
    expect((await one("select applied_at from run_signals where run_id = $1")).applied_at).toBeInstanceOf(Date);
  });

  it("changes only the columns that the patch names", async () => {
    await append(run, 0, events(1, 1), { patch: { status: "running", started_at: start, output: 5 } });
    await append(run, 1, events(2, 1), { patch: { status: "completed", ended_at: start + 10 } });
    const row = await one("select * from runs where id = $1");
    expect(row).toMatchObject({
      status: "completed",
      started_at: new Date(start),
      ended_at: new Date(start + 10),
      output: 5,
    });
    await append(run, 2, events(3, 1), { patch: { ended_at: null, output: null } });
    expect(await one("select * from runs where id = $1")).toMatchObject({
      status: "completed",
      ended_at: null,
      output: null,
    });
  });

  it("lets one of two concurrent appends win, and names the loser's reason", async () => {
    for (let after = 0; after < 30; after += 2) {
      const results = await Promise.allSettled([
        append(run, after, events(after + 1, 2)),
        append(run, after, events(after + 1, 2)),
      ]);
      expect(results.filter((r) => r.status === "fulfilled")).toHaveLength(1);
      expect(results.find((r) => r.status === "rejected")).toMatchObject({ reason: { code: "BT001" } });
    }
    expect(await count("run_events")).toBe(30);
    expect(
      await one("select last_seq, (select max(seq) from run_events where run_id = $1) as max from runs where id = $1"),
    ).toEqual({
      last_seq: "30",
      max: "30",
    });
  });

  it("refuses gaps, repeats and wrong order, and then has written nothing", async () => {
    for (const written of [
      numbered(2),
      numbered(1, 3),
      numbered(2, 1),
      numbered(1, 1),
      numbered(null),
      numbered(0, 1),
    ]) {
      await expect(append(run, 0, written, { timers: { arm: [{ key: "x", dueAt: 1 }] } })).rejects.toMatchObject({
        code: "BT003",
      });
    }
    expect(await count("run_events")).toBe(0);
    expect(await count("run_timers")).toBe(0);
    expect((await one("select last_seq from runs where id = $1")).last_seq).toBe("0");
  });

  it("refuses an unknown run, an unknown column, and a status that is none", async () => {
    await expect(append(crypto.randomUUID(), 0, events(1, 1))).rejects.toMatchObject({ code: "BT002" });
    await expect(append(run, 0, events(1, 1), { patch: { org_id: org } })).rejects.toMatchObject({ code: "BT004" });
    await expect(append(run, 0, events(1, 1), { patch: { status: "done" } })).rejects.toMatchObject({ code: "23514" });
    expect(await count("run_events")).toBe(0);
  });

  it("takes org_id from the run, whatever the events say", async () => {
    const forged = JSON.stringify([
      { seq: 1, at: start, type: "x", stepId: null, data: {}, orgId: crypto.randomUUID(), org_id: crypto.randomUUID() },
    ]);
    await append(run, 0, forged);
    expect((await one("select org_id from run_events where run_id = $1")).org_id).toBe(org);
  });

  it("moves and removes timers, and a moved one may be claimed again", async () => {
    await append(run, 0, events(1, 1), {
      timers: {
        arm: [
          { key: "a", dueAt: start },
          { key: "b", dueAt: start },
        ],
      },
    });
    await database.pool.query("update run_timers set claimed_at = now() where run_id = $1", [run]);
    await append(run, 1, events(2, 1), {
      timers: {
        arm: [
          { key: "a", dueAt: start + 1 },
          { key: "a", dueAt: start + 2 },
          { key: "c", dueAt: 1 },
        ],
        disarm: ["b", "c"],
      },
    });
    const { rows } = await database.pool.query(
      "select key, due_at, claimed_at from run_timers where run_id = $1 order by key",
      [run],
    );
    expect(rows).toEqual([
      { key: "a", due_at: new Date(start + 2), claimed_at: null },
      { key: "c", due_at: new Date(1), claimed_at: null },
    ]);
  });

  it("closes only approvals that are still pending", async () => {
    const open = ["a", "b"].map((stepId) => ({ id: crypto.randomUUID(), nodeId: stepId, stepId, title: stepId }));
    await append(run, 0, events(1, 1), { approvals: { open } });
    const decide =
      "select decide_approval($1, $2, 'approve', null, null, 'user', null, 'Ann', 'app', null, null) ->> 'outcome' as outcome";
    expect((await one(decide, [open[0]!.id, org])).outcome).toBe("decided");
    await append(run, 1, events(2, 1), {
      approvals: {
        close: [
          { stepId: "a", status: "cancelled" },
          { stepId: "b", status: "cancelled" },
        ],
      },
    });
    expect(await count("approvals", "step_id = 'a' and status = 'decided'")).toBe(1);
    expect(await count("approvals", "step_id = 'b' and status = 'cancelled'")).toBe(1);
  });
});

describe("append_run_events_batch", () => {
  it("isolates each turn and answers in the order asked", async () => {
    const runs = [
      run,
      ...(await Promise.all(Array.from({ length: 4 }, async () => createRun(database.pool, org, workflow)))),
    ];
    const batch = runs.map((runId, i) => ({
      runId,
      afterSeq: i === 2 ? 5 : 0,
      events: JSON.parse(events(1, 2)),
      patch: { status: "running" },
    }));
    batch.push({ runId: run, afterSeq: 2, events: JSON.parse(events(3, 1)), patch: { status: "completed" } });
    const { answer } = await one("select append_run_events_batch($1) as answer", [JSON.stringify(batch)]);
    expect(answer).toMatchObject(
      batch.map((b, i) => (i === 2 ? { runId: b.runId, ok: false, code: "BT001" } : { runId: b.runId, ok: true })),
    );
    expect(await one("select status, last_seq from runs where id = $1")).toEqual({
      status: "completed",
      last_seq: "3",
    });
    expect(await one("select status, last_seq from runs where id = $1", [runs[2]])).toEqual({
      status: "queued",
      last_seq: "0",
    });
  });

  it("does not deadlock with another batch over the same runs", async () => {
    const runs = await Promise.all(Array.from({ length: 10 }, async () => createRun(database.pool, org, workflow)));
    const answers = await Promise.all(
      [runs, runs.toReversed(), runs, runs.toReversed()].map(async (ids) =>
        one("select append_run_events_batch($1) as answer", [firstEvents(ids)]),
      ),
    );
    const all = answers.flatMap((a) => a.answer as { ok: boolean; code: string | null }[]);
    expect(all.filter((a) => a.ok)).toHaveLength(10);
    expect(new Set(all.filter((a) => !a.ok).map((a) => a.code))).toEqual(new Set(["BT001"]));
  });

  it("takes an empty batch", async () => {
    expect((await one("select append_run_events_batch('[]') as answer", [])).answer).toEqual([]);
  });
});

describe("claim_due_timers", () => {
  const claim = "select * from claim_due_timers(1000)";

  it("gives each due timer to one of many claimers, and none that is not due", async () => {
    const arm = Array.from({ length: 200 }, (_, i) => ({ key: `t${i}`, dueAt: Date.now() - 1000 }));
    await append(run, 0, events(1, 1), { timers: { arm: [...arm, { key: "later", dueAt: Date.now() + 60_000 }] } });
    const taken = await Promise.all(
      Array.from({ length: 4 }, async () => database.pool.query("select * from claim_due_timers(70)")),
    );
    const keys = taken.flatMap((t) => t.rows.filter((r) => r.run_id === run).map((r) => r.key));
    expect(new Set(keys).size).toBe(keys.length);
    const rest = await database.pool.query(claim);
    keys.push(...rest.rows.filter((r) => r.run_id === run).map((r) => r.key));
    expect(keys.toSorted()).toEqual(arm.map((t) => t.key).toSorted());
  });

  it("gives a timer again when its claimer did nothing for 15 seconds", async () => {
    await append(run, 0, events(1, 1), { timers: { arm: [{ key: "t", dueAt: Date.now() - 1000 }] } });
    const mine = async (): Promise<number> =>
      (await database.pool.query(claim)).rows.filter((r) => r.run_id === run).length;
    expect(await mine()).toBe(1);
    expect(await mine()).toBe(0);
    await database.pool.query(
      "update run_timers set claimed_at = claimed_at - interval '16 seconds' where run_id = $1",
      [run],
    );
    expect(await mine()).toBe(1);
  });
});

it("the trusted role of the data API can do a worker's work", async () => {
  const client = await database.pool.connect();
  try {
    await client.query("begin; set local role service_role");
    const patch = { status: "waiting" };
    const approvals = { open: [{ id: crypto.randomUUID(), nodeId: "n", stepId: "n", title: "t", deadlineAt: 1 }] };
    await client.query("select append_run_events($1, 0, $2, $3, $4, $5)", [
      run,
      events(1, 1),
      patch,
      { arm: [{ key: "a", dueAt: 1 }] },
      approvals,
    ]);
    await client.query("select append_run_events_batch('[]')");
    expect((await client.query("select * from claim_due_timers(10000)")).rows.length).toBeGreaterThan(0);
    const { rows } = await client.query("select expire_approval($1) ->> 'outcome' as outcome", [approvals.open[0]!.id]);
    expect(rows).toEqual([{ outcome: "expired" }]);
  } finally {
    await client.query("rollback");
    client.release();
  }
});
