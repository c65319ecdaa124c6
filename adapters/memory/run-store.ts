import type { Json } from "../../engine/json.ts";
import type { JournalBatch, OpenApproval, RunHeader, RunJournal, RunPatch } from "../../engine/ports/run-journal.ts";
import type { RunSweep } from "../../engine/ports/run-sweep.ts";
import type { RunEvent } from "../../engine/run/event.ts";

/** One run as the store keeps it. */
export interface StoredRun {
  header: RunHeader;
  row: RunPatch;
  events: RunEvent[];
  /** JSON by id. */
  values: Map<string, string>;
  timers: Map<string, { dueAt: number; claimedAt: number | null }>;
  approvals: (OpenApproval & { status: "pending" | "decided" | "expired" | "cancelled" })[];
  updatedAt: number;
}

interface StoredSignal {
  id: number;
  runId: string;
  kind: string;
  payload: unknown;
  createdAt: number;
  applied: boolean;
}

export interface MemoryRunStore extends RunJournal, RunSweep {
  addDefinition(workflowId: string, version: number, definition: Json): void;
  /** Inserts a run with its first event, as the use case that starts runs does. */
  addRun(header: Omit<RunHeader, "lastSeq" | "status">, queued: Extract<RunEvent, { type: "run-queued" }>): void;
  /** Writes a signal's row. Gives its id. */
  addSignal(runId: string, kind: string, payload: unknown): number;
  /** Deletes a run. */
  remove(runId: string): void;
  run(runId: string): StoredRun | undefined;
}

const claimMs = 15_000;

/** Journal and sweep in this process, with the rules of the SQL functions: fence, gap check, timers, signals, claims. */
export function createMemoryRunStore(now: () => number = () => Date.now()): MemoryRunStore {
  const runs = new Map<string, StoredRun>();
  const definitions = new Map<string, Json>();
  const signals: StoredSignal[] = [];

  return {
    addDefinition: (workflowId, version, definition) => definitions.set(`${workflowId}@${version}`, definition),
    addRun(header, queued) {
      runs.set(header.runId, {
        header: { ...header, lastSeq: 1, status: "queued" },
        row: {},
        events: [structuredClone(queued)],
        values: new Map(),
        timers: new Map(),
        approvals: [],
        updatedAt: now(),
      });
    },
    addSignal(runId, kind, payload) {
      const id = signals.length + 1;
      signals.push({ id, runId, kind, payload, createdAt: now(), applied: false });
      return id;
    },
    remove: (runId) => runs.delete(runId),
    run: (runId) => runs.get(runId),

    async append(batch) {
      const run = runs.get(batch.runId);
      if (run === undefined) return "missing";
      if (run.header.lastSeq !== batch.afterSeq) return "fenced";
      for (const { id, json } of batch.artifacts ?? []) run.values.set(id, json);
      write(run, batch, now());
      for (const signal of signals) if (batch.signals.includes(signal.id)) signal.applied = true;
      return "appended";
    },
    async header(runId) {
      const run = runs.get(runId);
      return run === undefined ? null : { ...run.header };
    },
    async read(runId, afterSeq, limit) {
      return structuredClone(runs.get(runId)?.events.slice(afterSeq, afterSeq + limit) ?? []);
    },
    async event(runId, seq) {
      return structuredClone(runs.get(runId)?.events[seq - 1] ?? null);
    },
    async artifacts(runId, ids) {
      const kept = runs.get(runId)?.values;
      const found = ids.flatMap((id): [string, Json][] => {
        const json = kept?.get(id);
        return json === undefined ? [] : [[id, JSON.parse(json)]];
      });
      return new Map(found);
    },
    async definition(workflowId, version) {
      return definitions.get(`${workflowId}@${version}`) ?? null;
    },

    async dueTimers(limit) {
      const due: { runId: string; key: string }[] = [];
      for (const [runId, { timers }] of runs) {
        for (const [key, timer] of timers) {
          const free = timer.claimedAt === null || timer.claimedAt + claimMs < now();
          if (timer.dueAt > now() || !free || due.length >= limit) continue;
          timer.claimedAt = now();
          due.push({ runId, key });
        }
      }
      return due;
    },
    async unappliedSignals(olderThanMs, limit) {
      return signals
        .filter(({ applied, createdAt }) => !applied && createdAt <= now() - olderThanMs)
        .slice(0, limit)
        .map(({ id, runId, kind, payload }) => ({ id, runId, kind, payload }));
    },
    async idleRuns(idleMs, limit) {
      const idle = [...runs.values()]
        .filter(({ header, updatedAt }) => isOpen(header) && updatedAt <= now() - idleMs)
        .slice(0, limit);
      for (const run of idle) run.updatedAt = now();
      return idle.map(({ header }) => ({ runId: header.runId, priority: header.priority }));
    },
    async expireApprovals(limit) {
      const expired: { runId: string; approvalId: string; signalId: number }[] = [];
      for (const [runId, { approvals }] of runs) {
        for (const approval of approvals) {
          if (approval.status !== "pending" || approval.deadline > now() || expired.length >= limit) continue;
          approval.status = "expired";
          const payload = expiry(approval);
          const signalId = this.addSignal(runId, "decision", payload);
          expired.push({ runId, approvalId: approval.id, signalId });
        }
      }
      return expired;
    },
  };
}

function isOpen({ status }: RunHeader): boolean {
  return status === "queued" || status === "running";
}

function expiry({ id, stepId, request, irreversible }: OpenApproval): object {
  const approves = request.onTimeout === "approve" && !irreversible;
  return {
    approvalId: id,
    stepId,
    decision: approves ? "approve" : "reject",
    comment: null,
    fields: null,
    by: { kind: "system", id: null, label: "system" },
    via: "system",
  };
}

function write(run: StoredRun, batch: JournalBatch, at: number): void {
  batch.events.forEach((event, index) => {
    if (event.seq !== batch.afterSeq + index + 1) throw new Error(`Event ${event.seq} leaves a gap in the journal.`);
  });
  run.events.push(...structuredClone(batch.events));
  run.header.lastSeq += batch.events.length;
  run.header.status = batch.patch.status ?? run.header.status;
  if (batch.patch.status === "failed" || batch.patch.status === "cancelled") {
    for (const approval of run.approvals) if (approval.status === "pending") approval.status = "cancelled";
  }
  run.updatedAt = at;
  Object.assign(run.row, structuredClone(batch.patch));
  for (const key of batch.timers.disarm) run.timers.delete(key);
  for (const { key, dueAt } of batch.timers.arm) run.timers.set(key, { dueAt, claimedAt: null });
  for (const { stepId, status } of batch.approvals.close) {
    for (const approval of run.approvals) {
      if (approval.stepId === stepId && approval.status === "pending") approval.status = status;
    }
  }
  for (const approval of batch.approvals.open) run.approvals.push({ ...structuredClone(approval), status: "pending" });
}
