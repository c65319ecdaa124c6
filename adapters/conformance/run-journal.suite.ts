import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Json } from "../../engine/json.ts";
import type { JournalBatch, RunJournal } from "../../engine/ports/run-journal.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import { approvalRequest } from "../../engine/testing/approval-request.ts";

export interface JournalUnderTest {
  journal: RunJournal;
  /** Stores a workflow with this definition as version 1 and a run of it with its first event. */
  newRun(definition?: Json): Promise<{ runId: string; orgId: string; workflowId: string }>;
  /** Status of the run's approvals, in the order in which they were asked. */
  approvals(runId: string): Promise<string[]>;
}

const request = approvalRequest();
const queuedAt = 1_700_000_000_000;

function completed(seq: number, output: Json = seq): RunEvent {
  return { seq, at: queuedAt + seq, type: "step-completed", step: `s${seq}`, attempt: 1, output };
}

function batch(runId: string, afterSeq: number, events: RunEvent[], more: Partial<JournalBatch> = {}): JournalBatch {
  return {
    runId,
    afterSeq,
    events,
    patch: {},
    timers: { arm: [], disarm: [] },
    approvals: { open: [], close: [] },
    signals: [],
    ...more,
  };
}

/** What every journal keeps: the fence, order without gaps, all or nothing, and what it was given to the letter. */
export function runJournalSuite(name: string, under: () => JournalUnderTest): void {
  describe(`${name}: journal of runs`, () => {
    test("events come back as they were written, in order", async () => {
      const { journal, newRun } = under();
      const { runId } = await newRun();
      const events: RunEvent[] = [
        { seq: 2, at: queuedAt + 0.0, type: "run-started" },
        {
          seq: 3,
          at: 1_700_000_000_123,
          type: "step-scheduled",
          step: "a",
          attempt: 1,
          input: { url: "x", n: [1, null] },
        },
        { seq: 4, at: 1_700_000_000_999, type: "step-started", step: "a", attempt: 1, worker: "w", claim: 1 },
        completed(5, { text: 'ä \u2028 \\ " 🎈' }),
        {
          seq: 6,
          at: 1_700_000_001_000,
          type: "run-failed",
          error: { code: "INTERNAL", message: "m", retryable: false },
          step: null,
        },
      ];
      expect(await journal.append(batch(runId, 1, events))).toBe("appended");
      const read = await journal.read(runId, 0, 100);
      expect(read[0]).toMatchObject({ seq: 1, type: "run-queued" });
      expect(read.slice(1)).toEqual(events);
      expect(await journal.read(runId, 3, 2)).toEqual(events.slice(2, 4));
      expect(await journal.event(runId, 3)).toEqual(events[1]);
      expect(await journal.event(runId, 99)).toBeNull();
    });

    test("a value that stands apart is its run's alone, whole, and kept once", async () => {
      const { journal, newRun } = under();
      const [one, other] = await Promise.all([newRun(), newRun()]);
      const value = { b: "text \u0000 and half \ud800", a: [1, null, "ä".repeat(200_000)] };
      const kept = { id: "a".repeat(64), value, json: JSON.stringify(value) };
      const stands = { $artifact: kept.id, bytes: 400_000, kind: "object", length: 2 };
      const twice = (seq: number) => batch(one.runId, seq - 1, [completed(seq, stands)], { artifacts: [kept] });
      expect(await journal.append(twice(2))).toBe("appended");
      expect(await journal.append(twice(3))).toBe("appended");
      const values = await journal.artifacts(one.runId, [kept.id, "b".repeat(64)]);
      expect([...values.keys()]).toEqual([kept.id]);
      expect(values.get(kept.id)).toMatchObject({ a: value.a });
      expect(await journal.artifacts(other.runId, [kept.id])).toEqual(new Map());
    });

    test("of twenty that append after the same event one wins, and the others are told", async () => {
      const { journal, newRun } = under();
      const { runId } = await newRun();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => journal.append(batch(runId, 1, [completed(2, index)]))),
      );
      expect(results.filter((result) => result === "appended")).toHaveLength(1);
      expect(results.filter((result) => result === "fenced")).toHaveLength(19);
      expect(await journal.read(runId, 1, 100)).toHaveLength(1);
    });

    test("a refused append leaves those of other runs alone", async () => {
      const { journal, newRun } = under();
      const runs = await Promise.all(Array.from({ length: 10 }, () => newRun()));
      const results = await Promise.all(
        runs.map(({ runId }, index) =>
          journal.append(batch(runId, index === 4 ? 7 : 1, [completed(index === 4 ? 8 : 2)])),
        ),
      );
      expect(results).toEqual(runs.map((_, index) => (index === 4 ? "fenced" : "appended")));
    });

    test("a run that is not there is missing", async () => {
      const { journal } = under();
      const runId = "00000000-0000-4000-8000-000000000000";
      expect(await journal.append(batch(runId, 1, [completed(2)]))).toBe("missing");
      expect(await journal.header(runId)).toBeNull();
      expect(await journal.read(runId, 0, 10)).toEqual([]);
    });

    test("events that leave a gap are refused, and nothing is written", async () => {
      const { journal, newRun } = under();
      const { runId } = await newRun();
      await expect(journal.append(batch(runId, 1, [completed(2), completed(4)]))).rejects.toThrow();
      expect(await journal.read(runId, 1, 10)).toEqual([]);
    });

    test("the header tells what the run is and where it stands", async () => {
      const { journal, newRun } = under();
      const { runId, orgId, workflowId } = await newRun();
      expect(await journal.header(runId)).toEqual({
        runId,
        orgId,
        workflowId,
        version: 1,
        priority: 0,
        lastSeq: 1,
        status: "queued",
      });
      await journal.append(
        batch(runId, 1, [{ seq: 2, at: queuedAt, type: "run-started" }], { patch: { status: "running" } }),
      );
      expect(await journal.header(runId)).toMatchObject({ lastSeq: 2, status: "running" });
    });

    test("a turn without events can still disarm a timer, and is fenced like any other", async () => {
      const { journal, newRun } = under();
      const { runId } = await newRun();
      const armed = batch(runId, 1, [completed(2)], {
        timers: { arm: [{ key: "wait:a", dueAt: queuedAt }], disarm: [] },
      });
      expect(await journal.append(armed)).toBe("appended");
      const disarm = { timers: { arm: [], disarm: ["wait:a"] } };
      expect(await journal.append(batch(runId, 1, [], disarm))).toBe("fenced");
      expect(await journal.append(batch(runId, 2, [], disarm))).toBe("appended");
      expect(await journal.header(runId)).toMatchObject({ lastSeq: 2 });
    });

    test("a run that fails without saying what it had asked leaves nobody with a question", async () => {
      const { journal, newRun, approvals } = under();
      const { runId } = await newRun();
      const open = [
        { id: randomUUID(), nodeId: "ask", stepId: "ask", request, deadline: queuedAt, irreversible: false },
      ];
      await journal.append(batch(runId, 1, [completed(2)], { approvals: { open, close: [] } }));
      expect(await approvals(runId)).toEqual(["pending"]);
      const error = { code: "INTERNAL" as const, message: "m", retryable: false };
      const failed: RunEvent = { seq: 3, at: queuedAt, type: "run-failed", error, step: null };
      await journal.append(batch(runId, 2, [failed], { patch: { status: "failed", error } }));
      expect(await approvals(runId)).toEqual(["cancelled"]);
    });

    test("text that no database likes spoils neither its own run nor its neighbours", async () => {
      const { journal, newRun } = under();
      const runs = await Promise.all(Array.from({ length: 5 }, () => newRun()));
      const odd = "nul \u0000, half \ud800 a pair, and \\u0000 spelt out";
      const results = await Promise.all(
        runs.map(({ runId }) => journal.append(batch(runId, 1, [completed(2, { odd, [odd]: [odd] })]))),
      );
      expect(results).toEqual(runs.map(() => "appended"));
      const [event] = await journal.read(runs[0]!.runId, 1, 10);
      expect(JSON.stringify(event)).toContain("spelt out");
    });

    test("a definition is there for its version only", async () => {
      const { journal, newRun } = under();
      const { workflowId } = await newRun({ name: "mine" });
      expect(await journal.definition(workflowId, 1)).toEqual({ name: "mine" });
      expect(await journal.definition(workflowId, 2)).toBeNull();
    });
  });
}
