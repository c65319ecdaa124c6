// One request, one outcome: between people, and between people and the deadline.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOrganization, createRun, createWorkflow } from "./actors.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let org: string;
let workflow: string;
let run: string;

beforeAll(async () => {
  database = await startTestDatabase();
  org = await createOrganization(database.pool, "acme");
  workflow = await createWorkflow(database.pool, org);
  run = await createRun(database.pool, org, workflow);
});
afterAll(async () => {
  await database?.stop();
});

interface Ended {
  outcome: string;
  approval: Record<string, unknown> | null;
  signalId: number | null;
}

/** Opens a request whose deadline lies `deadlineMs` from now (past if negative; none if null). */
async function open(deadlineMs: number | null, columns: Record<string, unknown> = {}): Promise<string> {
  const names = Object.keys(columns);
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into approvals (org_id, run_id, workflow_id, node_id, step_id, title, created_at, deadline_at${names.map((n) => `, ${n}`).join("")})
     values ($1, $2, $3, 'legal', gen_random_uuid()::text, 'Legal review', now() - interval '1 hour',
       clock_timestamp() + $4 * interval '1 millisecond'${names.map((_, i) => `, $${i + 5}`).join("")}) returning id`,
    [org, run, workflow, deadlineMs, ...Object.values(columns)],
  );
  return rows[0]!.id;
}

async function decide(id: string, decision = "approve", label = "Ann", inOrg = org): Promise<Ended> {
  const { rows } = await database.pool.query<{ result: Ended }>(
    "select decide_approval($1, $2, $3, 'Looks right', '{\"reason\":\"ok\"}', 'user', $4, $5, 'app', '203.0.113.9', 'Firefox') as result",
    [id, inOrg, decision, "00000000-0000-4000-8000-000000000001", label],
  );
  return rows[0]!.result;
}

async function expire(id: string): Promise<Ended> {
  const { rows } = await database.pool.query<{ result: Ended }>("select expire_approval($1) as result", [id]);
  return rows[0]!.result;
}

async function signals(id: string): Promise<{ kind: string; payload: Record<string, unknown> }[]> {
  const { rows } = await database.pool.query(
    "select kind, payload from run_signals where payload ->> 'approvalId' = $1 order by id",
    [id],
  );
  return rows;
}

async function audit(id: string): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query("select * from audit_log where target_id = $1 order by id", [id]);
  return rows;
}

describe("decide_approval", () => {
  it("writes the decision, the signal and the audit", async () => {
    const id = await open(60_000);
    const result = await decide(id);
    expect(result).toMatchObject({
      outcome: "decided",
      approval: {
        id,
        status: "decided",
        decision: "approve",
        comment: "Looks right",
        fields: { reason: "ok" },
        decided_via: "app",
        decided_by_label: "Ann",
      },
    });
    expect(await signals(id)).toMatchObject([
      {
        kind: "decision",
        payload: {
          approvalId: id,
          stepId: result.approval?.step_id,
          decision: "approve",
          comment: "Looks right",
          fields: { reason: "ok" },
          by: { kind: "user", id: "00000000-0000-4000-8000-000000000001", label: "Ann" },
          via: "app",
          at: expect.any(Number),
        },
      },
    ]);
    expect(await audit(id)).toMatchObject([
      {
        org_id: org,
        actor_kind: "user",
        actor_label: "Ann",
        action: "approval-decided",
        ip: "203.0.113.9",
        user_agent: "Firefox",
      },
    ]);
  });

  it("has exactly one winner among 50 at once, and tells the others what was decided", async () => {
    const id = await open(60_000);
    const results = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => decide(id, i % 2 ? "approve" : "reject", `Person ${i}`)),
    );
    const winners = results.filter((r) => r.outcome === "decided");
    expect(winners).toHaveLength(1);
    expect(results.filter((r) => r.outcome === "already")).toHaveLength(49);
    expect(new Set(results.map((r) => r.approval?.decided_by_label))).toEqual(
      new Set([winners[0]!.approval?.decided_by_label]),
    );
    expect(await signals(id)).toHaveLength(1);
    expect(await audit(id)).toHaveLength(1);
  });

  it("does not find what belongs to another organisation", async () => {
    const id = await open(60_000);
    const foreign = await createOrganization(database.pool, "umbrella");
    expect(await decide(id, "approve", "Eve", foreign)).toEqual({ outcome: "missing", approval: null, signalId: null });
    expect(await decide(crypto.randomUUID())).toMatchObject({ outcome: "missing" });
    expect(await signals(id)).toEqual([]);
  });

  it("comes too late after the deadline or a cancel", async () => {
    const late = await open(-1);
    expect(await decide(late)).toMatchObject({ outcome: "expired", signalId: null, approval: { status: "pending" } });
    const cancelled = await open(60_000, { status: "cancelled" });
    expect(await decide(cancelled)).toMatchObject({ outcome: "cancelled" });
    expect(await signals(late)).toEqual([]);
  });

  it("waits without end where no deadline is set", async () => {
    const id = await open(null);
    expect(await expire(id)).toMatchObject({ outcome: "early" });
    expect(await decide(id)).toMatchObject({ outcome: "decided" });
  });
});

describe("expire_approval", () => {
  it("rejects unless told otherwise, as the system", async () => {
    const id = await open(-1);
    expect(await expire(id)).toMatchObject({
      outcome: "expired",
      approval: { status: "expired", decision: "reject", decided_via: "system" },
    });
    expect(await signals(id)).toMatchObject([
      { kind: "decision", payload: { decision: "reject", via: "system", by: { kind: "system" } } },
    ]);
    expect(await audit(id)).toMatchObject([
      { actor_kind: "system", actor_label: "system", action: "approval-expired" },
    ]);
    expect(await expire(id)).toMatchObject({ outcome: "already" });
    expect(await decide(id)).toMatchObject({ outcome: "expired" });
  });

  it("approves where the author chose it, but never what cannot be undone", async () => {
    expect(await expire(await open(-1, { on_timeout: "approve" }))).toMatchObject({
      approval: { status: "expired", decision: "approve" },
    });
    expect(await expire(await open(-1, { on_timeout: "approve", irreversible: true }))).toMatchObject({
      approval: { decision: "reject" },
    });
  });

  it("does nothing before the deadline", async () => {
    const id = await open(60_000);
    expect(await expire(id)).toMatchObject({ outcome: "early", approval: { status: "pending" } });
    expect(await expire(crypto.randomUUID())).toMatchObject({ outcome: "missing" });
  });

  it("escalates once, with the same time again, and then rejects", async () => {
    const id = await open(-1, { on_timeout: "escalate", escalate_to: { kind: "role", id: "owner" } });
    const first = await expire(id);
    expect(first).toMatchObject({
      outcome: "escalated",
      approval: { status: "pending", assignee: { kind: "role", id: "owner" } },
    });
    const left = new Date(String(first.approval?.deadline_at)).getTime() - Date.now();
    expect(left).toBeGreaterThan(3_590_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    expect(await signals(id)).toMatchObject([
      { kind: "timer", payload: { escalated: true, from: { kind: "anyone" }, assignee: { id: "owner" } } },
    ]);
    expect(await expire(id)).toMatchObject({ outcome: "early" });

    await database.pool.query("update approvals set deadline_at = now() where id = $1", [id]);
    expect(await expire(id)).toMatchObject({ outcome: "expired", approval: { decision: "reject" } });
    expect((await audit(id)).map((row) => row.action)).toEqual(["approval-escalated", "approval-expired"]);
  });

  it("rejects when there is nobody to escalate to", async () => {
    expect(await expire(await open(-1, { on_timeout: "escalate" }))).toMatchObject({
      outcome: "expired",
      approval: { decision: "reject" },
    });
  });
});

it("a decision and the deadline never both win", async () => {
  const outcomes = { decided: 0, expired: 0 };
  for (let trial = 0; trial < 200; trial += 1) {
    const id = await open((trial % 11) - 2);
    // The sweep asks again until the deadline has come; the person asks once, at about the same moment.
    const sweep = async (): Promise<Ended> => {
      for (;;) {
        const result = await expire(id);
        if (result.outcome !== "early") return result;
      }
    };
    const [person, clock] = await Promise.all([decide(id), sweep()]);
    const sent = await signals(id);
    expect(sent, `trial ${trial}`).toHaveLength(1);
    if (person.outcome === "decided") {
      expect(clock.outcome).toBe("already");
      expect(sent[0]!.payload).toMatchObject({ decision: "approve", via: "app" });
      outcomes.decided += 1;
    } else {
      expect([person.outcome, clock.outcome]).toEqual(["expired", "expired"]);
      expect(sent[0]!.payload).toMatchObject({ decision: "reject", via: "system" });
      outcomes.expired += 1;
    }
  }
  // Both sides did win: otherwise this proves nothing.
  expect(outcomes.decided).toBeGreaterThan(0);
  expect(outcomes.expired).toBeGreaterThan(0);
});
