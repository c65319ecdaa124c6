import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOrganization } from "../../supabase/tests/actors.ts";
import { startTestDatabase, type TestDatabase } from "../../supabase/tests/test-database.ts";
import { createChildRuns } from "./child-runs.ts";
import { createRunJournal } from "./journal.ts";
import "./pool.ts";
import { createRunSweep } from "./sweep.ts";

let database: TestDatabase;
let orgId: string;

beforeAll(async () => {
  database = await startTestDatabase();
  orgId = await createOrganization(database.pool, "family");
});
afterAll(() => database.stop());

async function newWorkflow(org: string, published: number | null): Promise<string> {
  const id = randomUUID();
  await database.pool.query(
    "insert into workflows (id, org_id, name, draft, latest_version, published_version) values ($1, $2, 'called', '{}', 1, $3)",
    [id, org, published],
  );
  await database.pool.query(
    "insert into workflow_versions (org_id, workflow_id, version, definition) values ($1, $2, 1, '{}')",
    [org, id],
  );
  return id;
}

async function newRun(workflowId: string): Promise<string> {
  const id = randomUUID();
  await database.pool.query(
    "insert into runs (id, org_id, workflow_id, version, workflow_name, last_seq, status) values ($1, $2, $3, 1, 'x', 1, 'running')",
    [id, orgId, workflowId],
  );
  return id;
}

const child = (parentId: string, workflowId: string, version: number | null = null) => ({
  id: randomUUID(),
  orgId,
  parent: { runId: parentId, step: "call", depth: 1 },
  workflowId,
  version,
  input: { x: 1 },
  priority: 0,
  callbackKey: "key",
});

async function ends(runId: string, status: "completed" | "cancelled"): Promise<void> {
  const journal = createRunJournal(database.pool);
  const afterSeq = await lastSeq(runId);
  const type = status === "completed" ? ("run-completed" as const) : ("run-cancelled" as const);
  const by = { kind: "system" as const, id: null, label: "test" };
  const body = type === "run-completed" ? { type, output: { y: 2 } } : { type, by, reason: "" };
  const result = await journal.append({
    runId,
    afterSeq,
    events: [{ ...body, seq: afterSeq + 1, at: Date.now() }],
    patch: { status, endedAt: Date.now(), costUsd: 0.5, ...(status === "completed" ? { output: { y: 2 } } : {}) },
    timers: { arm: [], disarm: [] },
    approvals: { open: [], close: [] },
    signals: [],
  });
  expect(result).toBe("appended");
}

/** The parent calls it, as an append of its journal says. */
async function call(
  { id, parent, workflowId, input }: ReturnType<typeof child>,
  calls = { open: [id], close: [] as string[] },
): Promise<void> {
  const afterSeq = await lastSeq(parent.runId);
  const called = { type: "child-started" as const, step: parent.step, attempt: 1, childId: id, workflowId, version: 1 };
  const result = await createRunJournal(database.pool).append({
    runId: parent.runId,
    afterSeq,
    events: [{ ...called, depth: 1, input, seq: afterSeq + 1, at: Date.now() }],
    patch: { status: "waiting" },
    timers: { arm: [], disarm: [] },
    approvals: { open: [], close: [] },
    calls,
    signals: [],
  });
  expect(result).toBe("appended");
}

async function lastSeq(runId: string): Promise<number> {
  const { rows } = await database.pool.query<{ last: number }>("select last_seq as last from runs where id = $1", [
    runId,
  ]);
  return rows[0]?.last ?? 0;
}

describe("runs of sub-workflows", () => {
  test("start once, on the published version, with their parent in the first event", async () => {
    const workflowId = await newWorkflow(orgId, 1);
    const run = child(await newRun(workflowId), workflowId);
    const children = createChildRuns(database.pool);
    expect(await children.start(run)).toBe("not-owed");
    await call(run);
    const answers = await Promise.all([1, 2, 3].map(() => children.start(run)));
    expect(answers.toSorted()).toEqual(["not-owed", "not-owed", "started"]);
    const events = await createRunJournal(database.pool).read(run.id, 0, 10);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: "run-queued", version: 1, trigger: "sub-workflow", parent: run.parent });
    expect(await children.openChildren(run.parent.runId)).toEqual([run.id]);
    expect(await children.parentOf(run.id)).toBe(run.parent.runId);
  });

  test("whose start was lost are found: their parents come up as idle, until they are started", async () => {
    const workflowId = await newWorkflow(orgId, 1);
    const parentId = await newRun(workflowId);
    const lost = child(parentId, workflowId);
    await call(lost);
    // As if it had been lost a year ago.
    await database.pool.query("update run_calls set looked_at = now() - interval '1 year' where run_id = $1", [
      parentId,
    ]);
    await database.pool.query("update runs set updated_at = now() - interval '1 year' where id = $1", [parentId]);
    const sweep = createRunSweep(database.pool);
    const comesUp = async (): Promise<boolean> => {
      const idle = await sweep.idleRuns(0, 1_000);
      return idle.some(({ runId }) => runId === parentId);
    };
    expect(await comesUp()).toBe(true);
    await createChildRuns(database.pool).start(lost);
    expect(await comesUp()).toBe(false);
  });

  test("are refused across organisations and without a published version, and the parent is told", async () => {
    const other = await createOrganization(database.pool, "strangers");
    const children = createChildRuns(database.pool);
    for (const workflowId of [await newWorkflow(other, 1), await newWorkflow(orgId, null)]) {
      const run = child(await newRun(await newWorkflow(orgId, 1)), workflowId);
      await call(run);
      expect(await children.start(run)).toBe("no-workflow");
      await children.start(run);
      const signals = await children.waitingSignals(run.parent.runId);
      expect(signals).toHaveLength(1);
      expect(signals[0]).toMatchObject({ kind: "child", payload: { childId: run.id, status: "failed" } });
    }
  });

  test("tell their end to the parent with the end itself", async () => {
    const workflowId = await newWorkflow(orgId, 1);
    const run = child(await newRun(workflowId), workflowId, 1);
    const children = createChildRuns(database.pool);
    await call(run);
    await children.start(run);
    await ends(run.id, "completed");
    expect(await children.waitingSignals(run.parent.runId)).toMatchObject([
      {
        kind: "child",
        payload: { stepId: "call", childId: run.id, status: "completed", output: { y: 2 }, costUsd: 0.5, demo: false },
      },
    ]);
  });

  test("stop when their parent does, and when it calls one off", async () => {
    const workflowId = await newWorkflow(orgId, 1);
    const parentId = await newRun(workflowId);
    const [first, second] = [child(parentId, workflowId), child(parentId, workflowId)];
    const children = createChildRuns(database.pool);
    await call(first);
    await call(second);
    await children.start(first);
    await children.start(second);
    const [third, late] = [child(parentId, workflowId), child(parentId, workflowId)];
    await call(third);
    // Somebody else's: nothing happens.
    await call(child(await newRun(workflowId), workflowId), { open: [], close: [second.id, third.id] });
    await call(late, { open: [late.id], close: [first.id] });
    expect(await children.waitingSignals(first.id)).toMatchObject([{ kind: "cancel" }]);
    expect(await children.waitingSignals(second.id)).toEqual([]);
    // Called off before anybody started it.
    await call(third, { open: [], close: [third.id] });
    expect(await children.start(third)).toBe("not-owed");
    await ends(parentId, "cancelled");
    expect(await children.start(late)).toBe("not-owed");
    expect(await children.waitingSignals(second.id)).toMatchObject([{ kind: "cancel" }]);
  });
});
