import { randomUUID } from "node:crypto";
import { runJournalSuite } from "../conformance/run-journal.suite.ts";
import { runMailboxSuite } from "../conformance/run-mailbox.suite.ts";
import { runSweepSuite } from "../conformance/run-sweep.suite.ts";
import { stepControlSuite } from "../conformance/step-control.suite.ts";
import { stepQueueSuite } from "../conformance/step-queue.suite.ts";
import { createMemoryMailbox } from "./run-mailbox.ts";
import { createMemoryRunStore } from "./run-store.ts";
import { createMemoryRunEnds, createMemoryStepControl } from "./step-control.ts";
import { createMemoryStepQueue } from "./step-queue.ts";

const mailbox = createMemoryMailbox();
runMailboxSuite("memory", () => ({ mailbox, newRunId: randomUUID }));

const store = createMemoryRunStore();
const by = { kind: "system" as const, id: null, label: "test" };

async function newRun(definition: Parameters<typeof store.addDefinition>[2] = {}) {
  const [runId, orgId, workflowId] = [randomUUID(), randomUUID(), randomUUID()];
  store.addDefinition(workflowId, 1, definition);
  const header = { runId, orgId, workflowId, version: 1, priority: 0 };
  store.addRun(header, {
    seq: 1,
    at: 1_700_000_000_000,
    type: "run-queued",
    input: {},
    workflowId,
    version: 1,
    by,
    trigger: "api",
  });
  return { runId, orgId, workflowId };
}

runJournalSuite("memory", () => ({
  journal: store,
  newRun,
  approvals: async (runId) => store.run(runId)?.approvals.map(({ status }) => status) ?? [],
}));

runSweepSuite("memory", () => ({
  journal: store,
  sweep: store,
  newRun,
  newApprovalId: randomUUID,
  async age(runId, ms) {
    const run = store.run(runId);
    if (run === undefined) return;
    run.updatedAt -= ms;
    for (const timer of run.timers.values()) if (timer.claimedAt !== null) timer.claimedAt -= ms;
  },
  addSignal: async (runId, kind, payload) => store.addSignal(runId, kind, payload),
}));

const queue = createMemoryStepQueue();
stepQueueSuite("memory", () => ({
  queue,
  async takeStep() {
    const job = queue.nextStep();
    if (job !== null) queue.done(job);
    return job;
  },
  takeWake: async () => queue.nextWake(),
}));

const control = createMemoryStepControl();
const ends = createMemoryRunEnds();
stepControlSuite("memory", () => ({ control, ends, other: { control, ends }, listening: async () => undefined }));
