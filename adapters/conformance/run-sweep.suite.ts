import { describe, expect, test } from "vitest";
import type { JournalBatch, RunJournal } from "../../engine/ports/run-journal.ts";
import type { RunSweep } from "../../engine/ports/run-sweep.ts";
import { approvalRequest } from "../../engine/testing/approval-request.ts";

export interface SweepUnderTest {
  journal: RunJournal;
  sweep: RunSweep;
  newRun(): Promise<{ runId: string }>;
  newApprovalId(): string;
  /** Makes the store believe that so much time went by for this run's row, timers and claims. */
  age(runId: string, ms: number): Promise<void>;
  /** Writes a signal's row. */
  addSignal(runId: string, kind: string, payload: unknown): Promise<number>;
}

const request = approvalRequest({ context: { why: "test" } });

const nothing: Omit<JournalBatch, "runId" | "afterSeq"> = {
  events: [],
  patch: {},
  timers: { arm: [], disarm: [] },
  approvals: { open: [], close: [] },
  signals: [],
};

/** What recovery finds: each thing once, by the store's clock, and again when nobody took care of it. */
export function runSweepSuite(name: string, under: () => SweepUnderTest): void {
  describe(`${name}: sweep`, () => {
    test("due timers are claimed once, and again when their claimer did nothing", async () => {
      const { journal, sweep, newRun, age } = under();
      const { runId } = await newRun();
      const arm = [
        { key: "wait:past", dueAt: Date.now() - 1_000 },
        { key: "wait:later", dueAt: Date.now() + 3_600_000 },
      ];
      await journal.append({ ...nothing, runId, afterSeq: 1, timers: { arm, disarm: [] } });
      const claims = (await Promise.all([sweep.dueTimers(100), sweep.dueTimers(100)])).flat();
      expect(claims.filter((claim) => claim.runId === runId)).toEqual([{ runId, key: "wait:past" }]);
      await age(runId, 16_000);
      expect((await sweep.dueTimers(100)).filter((claim) => claim.runId === runId)).toHaveLength(1);
      await journal.append({ ...nothing, runId, afterSeq: 1, timers: { arm: [], disarm: ["wait:past"] } });
      await age(runId, 16_000);
      expect((await sweep.dueTimers(100)).filter((claim) => claim.runId === runId)).toEqual([]);
    });

    test("a signal is found until its turn is in the journal", async () => {
      const { journal, sweep, newRun, addSignal } = under();
      const { runId } = await newRun();
      const id = await addSignal(runId, "cancel", { reason: "enough" });
      const found = async (olderThanMs: number): Promise<unknown[]> =>
        (await sweep.unappliedSignals(olderThanMs, 500)).filter((signal) => signal.runId === runId);
      expect(await found(3_600_000)).toEqual([]);
      expect(await found(0)).toEqual([{ id, runId, kind: "cancel", payload: { reason: "enough" } }]);
      await journal.append({ ...nothing, runId, afterSeq: 1, signals: [id] });
      expect(await found(0)).toEqual([]);
    });

    test("an idle run comes up once per idle time, an ended one never", async () => {
      const { journal, sweep, newRun, age } = under();
      const { runId } = await newRun();
      const found = async (): Promise<unknown[]> =>
        (await sweep.idleRuns(60_000, 500)).filter((run) => run.runId === runId);
      expect(await found()).toEqual([]);
      await age(runId, 61_000);
      expect(await found()).toEqual([{ runId, priority: 0 }]);
      expect(await found()).toEqual([]);
      await journal.append({ ...nothing, runId, afterSeq: 1, patch: { status: "completed", endedAt: Date.now() } });
      await age(runId, 61_000);
      expect(await found()).toEqual([]);
    });

    test("an approval past its deadline is decided once, and its signal is there", async () => {
      const { journal, sweep, newRun, newApprovalId } = under();
      const { runId } = await newRun();
      const id = newApprovalId();
      const deadline = Date.now() - 1;
      const open = [{ id, nodeId: "ask", stepId: "ask", request, deadline, irreversible: false }];
      await journal.append({ ...nothing, runId, afterSeq: 1, approvals: { open, close: [] } });
      const expired = (await Promise.all([sweep.expireApprovals(100), sweep.expireApprovals(100)])).flat();
      const mine = expired.filter((each) => each.approvalId === id);
      expect(mine).toHaveLength(1);
      const signals = (await sweep.unappliedSignals(0, 500)).filter((signal) => signal.runId === runId);
      expect(signals).toMatchObject([
        {
          id: mine[0]?.signalId,
          kind: "decision",
          payload: { approvalId: id, stepId: "ask", decision: "reject", via: "system" },
        },
      ]);
    });

    test("a closed approval does not expire", async () => {
      const { journal, sweep, newRun, newApprovalId } = under();
      const { runId } = await newRun();
      const id = newApprovalId();
      const open = [{ id, nodeId: "ask", stepId: "ask", request, deadline: Date.now() - 1, irreversible: false }];
      await journal.append({ ...nothing, runId, afterSeq: 1, approvals: { open, close: [] } });
      const close = [{ stepId: "ask", status: "cancelled" as const }];
      await journal.append({ ...nothing, runId, afterSeq: 1, approvals: { open: [], close } });
      expect((await sweep.expireApprovals(100)).filter((each) => each.approvalId === id)).toEqual([]);
    });
  });
}
