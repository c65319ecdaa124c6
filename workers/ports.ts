import type { Broadcaster } from "../engine/ports/broadcaster.ts";
import type { ChildRuns } from "../engine/ports/child-runs.ts";
import type { Clock } from "../engine/ports/clock.ts";
import type { RunEnds } from "../engine/ports/run-ends.ts";
import type { RunJournal } from "../engine/ports/run-journal.ts";
import type { RunMailbox } from "../engine/ports/run-mailbox.ts";
import type { Sandbox } from "../engine/ports/sandbox.ts";
import type { StepControl } from "../engine/ports/step-control.ts";
import type { StepQueue } from "../engine/ports/step-queue.ts";
import type { Tracer } from "../engine/ports/tracer.ts";
import type { ContractCheck } from "../nodes/catalog/data-contract.ts";
import type { CallbackAddress } from "./callback-addresses.ts";
import type { Admission } from "./child-run.ts";
import type { Log } from "./log.ts";
import type { Plans } from "./plans.ts";

/** What a worker's parts stand on. Built in container.ts, and from memory in tests. */
export interface WorkerPorts {
  /** Name of this worker: letters, digits and dashes. */
  worker: string;
  journal: RunJournal;
  mailbox: RunMailbox;
  queue: StepQueue;
  control: StepControl;
  broadcaster: Broadcaster;
  ends: RunEnds;
  children: ChildRuns;
  admission: Admission;
  sandbox: Sandbox;
  contracts: ContractCheck;
  /** The address that ends a step's wait for a call. */
  callbackAddress: CallbackAddress;
  plans: Plans;
  clock: Clock;
  tracer: Tracer;
  log: Log;
}
