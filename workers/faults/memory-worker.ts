import { randomUUID } from "node:crypto";
import { createMemoryMailbox } from "../../adapters/memory/run-mailbox.ts";
import type { MemoryRunMailbox } from "../../adapters/memory/run-mailbox.ts";
import { createMemoryRunStore } from "../../adapters/memory/run-store.ts";
import type { MemoryRunStore } from "../../adapters/memory/run-store.ts";
import { createMemoryRunEnds, createMemoryStepControl } from "../../adapters/memory/step-control.ts";
import { createMemoryStepQueue } from "../../adapters/memory/step-queue.ts";
import type { MemoryStepQueue } from "../../adapters/memory/step-queue.ts";
import { noTracer } from "../../adapters/memory/tracer.ts";
import type { Json } from "../../engine/json.ts";
import type { AgentRegistry } from "../../engine/ports/agents.ts";
import type { ChildRuns } from "../../engine/ports/child-runs.ts";
import type { Breakers } from "../../engine/ports/breakers.ts";
import type { CredentialSource } from "../../engine/ports/credentials.ts";
import type { EventBus } from "../../engine/ports/event-bus.ts";
import type { HttpClient } from "../../engine/ports/http.ts";
import type { Model } from "../../engine/ports/model.ts";
import type { Purse } from "../../engine/ports/purse.ts";
import type { Sandbox } from "../../engine/ports/sandbox.ts";
import type { RunEnds } from "../../engine/ports/run-ends.ts";
import type { StepControl } from "../../engine/ports/step-control.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import { CarriedSteps } from "../carried-steps.ts";
import { Drainer } from "../drain-run.ts";
import { createStepExecutor } from "../execute-step.ts";
import type { ExecutorPorts, StepExecutor } from "../execute-step.ts";
import type { StepSlots } from "../step-slots.ts";
import { createPlans } from "../plans.ts";
import type { CallbackAddress } from "../callback-addresses.ts";

/** What several workers share: for tests that need no real database. */
export interface MemoryStack {
  store: MemoryRunStore;
  mailbox: MemoryRunMailbox;
  queue: MemoryStepQueue;
  control: StepControl;
  ends: RunEnds;
}

export interface MemoryWorker extends MemoryStack {
  ports: ExecutorPorts;
  drainer: Drainer;
  executor: StepExecutor;
  carried: CarriedSteps;
  logged: { level: string; fields: Record<string, unknown>; message: string }[];
  /** Batches of events as they were announced to screens. */
  announced: RunEvent[][];
  /** Steps that were begun here and had been begun before. */
  begunAgain(): number;
  /** Stores the workflow and a run of it. */
  addRun(file: WorkflowFileInput, input?: Json): string;
  /** Executes all steps that wait, side by side. */
  executeAll(): Promise<void>;
  /** Wakes the run and executes steps until nothing waits. */
  finish(runId: string): Promise<RunEvent[]>;
  close(): Promise<void>;
}

export function createMemoryStack(): MemoryStack {
  return {
    store: createMemoryRunStore(),
    mailbox: createMemoryMailbox(),
    queue: createMemoryStepQueue(),
    control: createMemoryStepControl(),
    ends: createMemoryRunEnds(),
  };
}

const callbackAddress: CallbackAddress = Object.assign(
  ({ step }: { step: string }) => `https://baton.test/api/hooks/callback/${step}`,
  { key: (runId: string) => `key_of_${runId.slice(0, 8)}` },
);

/** A worker in memory. `over` replaces single ports, to make them fail. */
export function createMemoryWorker(
  over: Partial<ExecutorPorts> = {},
  stack: MemoryStack = createMemoryStack(),
): MemoryWorker {
  const logged: MemoryWorker["logged"] = [];
  const announced: RunEvent[][] = [];
  const write = (level: string) => (fields: unknown, message?: string) =>
    logged.push({ level, fields: typeof fields === "object" ? { ...fields } : {}, message: message ?? "" });
  const log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const ports: ExecutorPorts = {
    worker: `memory-${randomUUID().slice(0, 8)}`,
    journal: stack.store,
    mailbox: stack.mailbox,
    queue: stack.queue,
    control: stack.control,
    broadcaster: {
      events: (_run, events) => announced.push(events),
      ended: () => undefined,
      text: () => undefined,
      close: async () => undefined,
    },
    ends: stack.ends,
    sandbox: noSandbox,
    plans: createPlans(over.journal ?? stack.store, catalogue),
    clock: { now: Date.now },
    tracer: noTracer,
    log,
    model: noModel,
    http: noHttp,
    credentials: noCredentials,
    children: noChildren,
    admission: { admit: async () => undefined },
    bus: noBus,
    contracts: () => null,
    breakers: noBreakers,
    purse: fullPurse,
    agents: noAgents,
    stepSlots: freeSlots,
    callbackAddress,
    ...over,
  };
  const carried = new CarriedSteps(4);
  let begunAgain = 0;
  const drainer = new Drainer(ports, carried, () => void (begunAgain += 1));
  const executor = createStepExecutor(ports, drainer);

  /** Acknowledged is not yet turned to the end: waits until no run is turned. */
  const atRest = async (): Promise<void> => {
    while (drainer.turning > 0) await new Promise((resolve) => setImmediate(resolve));
  };
  const executeAll = async (): Promise<void> => {
    for (;;) {
      await atRest();
      const jobs = [];
      for (let job = stack.queue.nextStep(); job !== null; job = stack.queue.nextStep()) jobs.push(job);
      if (jobs.length === 0) return;
      await Promise.all(jobs.map((job) => executor.execute(job, 1).then(() => stack.queue.done(job))));
    }
  };

  return {
    ...stack,
    ports,
    drainer,
    executor,
    carried,
    logged,
    announced,
    begunAgain: () => begunAgain,
    addRun(file, input = {}) {
      const [runId, workflowId] = [randomUUID(), randomUUID()];
      const by = { kind: "system" as const, id: null, label: "test" };
      stack.store.addDefinition(workflowId, 1, JSON.parse(JSON.stringify(file)) as Json);
      stack.store.addRun(
        { runId, orgId: randomUUID(), workflowId, version: 1, priority: 0 },
        {
          type: "run-queued",
          seq: 1,
          at: Date.now(),
          input,
          workflowId,
          version: 1,
          by,
          trigger: "api",
          callbackKey: callbackAddress.key(runId),
        },
      );
      return runId;
    },
    executeAll,
    async finish(runId) {
      await drainer.wake(runId, { recover: false });
      await executeAll();
      return stack.store.read(runId, 0, 1_000_000);
    },
    async close() {
      executor.stop();
      await drainer.close();
      executor.close();
    },
  };
}

/** Refuses to evaluate: for tests whose workflows hold plain references only. */
export const noSandbox: Sandbox = {
  evaluate: () => Promise.reject(new Error("This test has no sandbox.")),
  check: () => Promise.reject(new Error("This test has no sandbox.")),
  release: () => undefined,
  stats: () => ({ workers: 0, busy: 0, queued: 0, evaluations: 0 }),
  close: async () => undefined,
};
const noBreakers: Breakers = {
  enter: async () => ({ passes: true, probe: false }),
  succeeded: async () => undefined,
  failed: async () => undefined,
  list: async () => [],
};
const fullPurse: Purse = {
  isBounded: async () => false,
  reserve: async () => ({ settle: async () => undefined }),
};
/** Without limits. */
export const freeSlots: StepSlots = {
  enter: async () => async () => undefined,
  provider: async () => async () => undefined,
};
const noAgents: AgentRegistry = {
  pin: async () => null,
  equals: async () => [],
  record: async () => undefined,
};
const noModel: Model = { answer: () => Promise.reject(new Error("This test has no model.")) };
const noCredentials: CredentialSource = {
  open: () => Promise.reject(new Error("This test has no credentials.")),
};
const noBus: EventBus = { publish: () => Promise.reject(new Error("This test has no event bus.")) };
const noChildren: ChildRuns = {
  start: () => Promise.reject(new Error("This test has no sub-workflows.")),
  waitingSignals: () => Promise.resolve([]),
  parentOf: () => Promise.resolve(null),
  openChildren: () => Promise.resolve([]),
};
const noHttp: HttpClient = { send: () => Promise.reject(new Error("This test has no network.")) };
