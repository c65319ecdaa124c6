import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ExecutionVerdict } from "./execute-step.ts";
import type { RunMailbox } from "../engine/ports/run-mailbox.ts";

export interface WorkerMetrics {
  /** What the worker measured, for whoever gathers it. */
  report(): Promise<object>;
  /** Times a step from its being taken to its outcome standing in the journal. */
  step(work: Promise<ExecutionVerdict>): Promise<ExecutionVerdict>;
  /** Counts steps whose worker died or stopped before they had ended. */
  begunAgain(): void;
  /** Times the draining of a run. */
  turn<T>(work: Promise<T>): Promise<T>;
  /** Counts probes that came through the queue and were turned. */
  probe(work: Promise<void>): Promise<void>;
  /** A dead worker's work was given to others, so long after its last sign of life. */
  tookOver(ms: number): void;
  /** Counts leases that were lost: another worker took a run over while this one had it. */
  watch<M extends RunMailbox>(mailbox: M): M;
  /** What the worker has in hand. */
  hold(runs: number, steps: number): void;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Measures of one worker. Names carry no tenant: whoever may read metrics may not read who runs what. */
export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const steps = new Histogram({
    name: "baton_step_seconds",
    help: "Time from a step being taken to its outcome standing in the journal",
    labelNames: ["verdict"],
    buckets: seconds,
    registers,
  });
  const turns = new Histogram({
    name: "baton_turn_seconds",
    help: "Time for which a run was drained",
    buckets: seconds,
    registers,
  });
  const recovered = new Counter({
    name: "baton_steps_recovered_total",
    help: "Steps begun again, because whoever had begun them died or stopped",
    registers,
  });
  const lost = new Counter({
    name: "baton_lease_losses_total",
    help: "Leases of runs that another worker took over",
    registers,
  });
  const probes = new Counter({ name: "baton_probes_total", help: "Probe runs that came by the queue", registers });
  const recoveries = new Histogram({
    name: "baton_recovery_seconds",
    help: "Time from a worker's last sign of life to its work being given to others",
    buckets: seconds,
    registers,
  });
  const runsHeld = new Gauge({ name: "baton_runs_held", help: "Runs that workers drain", registers });
  const stepsHeld = new Gauge({ name: "baton_steps_in_hand", help: "Steps that workers execute", registers });

  const counted = <T>(answer: T | null | false): T | null | false => {
    if (answer === null || answer === false) lost.inc();
    return answer;
  };

  return {
    report: async () => registry.getMetricsAsJSON(),
    async step(work) {
      const end = steps.startTimer();
      const verdict = await work.catch((error: unknown) => {
        end({ verdict: "failed" });
        throw error;
      });
      end({ verdict });
      return verdict;
    },
    begunAgain: () => recovered.inc(),
    async turn(work) {
      const end = turns.startTimer();
      try {
        return await work;
      } finally {
        end();
      }
    },
    async probe(work) {
      await work;
      probes.inc();
    },
    tookOver: (ms) => recoveries.observe(ms / 1_000),
    watch: (mailbox) => ({
      ...mailbox,
      settle: async (...args: Parameters<RunMailbox["settle"]>) => counted(await mailbox.settle(...args)) || null,
      take: async (...args: Parameters<RunMailbox["take"]>) => counted(await mailbox.take(...args)) || null,
      async renew(...args: Parameters<RunMailbox["renew"]>) {
        const states = await mailbox.renew(...args);
        lost.inc(states.filter((state) => state === "lost").length);
        return states;
      },
    }),
    hold(runs, inHand) {
      runsHeld.set(runs);
      stepsHeld.set(inHand);
    },
  };
}
