import { randomUUID } from "node:crypto";
import type { Artifact } from "../engine/ports/run-journal.ts";
import type { RunInput } from "../engine/run/input.ts";
import type { RunState } from "../engine/run/state.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { prepareSteps, artifactsFor, type PrepareCommand } from "../nodes/catalog/prepare-steps.ts";
import { childRunId } from "./child-run.ts";
import type { Artifacts } from "./artifacts.ts";
import type { WorkerPorts } from "./ports.ts";
import { turning } from "./turn-error.ts";

/** The steps of a run whose expressions are to be evaluated next. */
export class Preparation {
  readonly #ports: Pick<WorkerPorts, "clock" | "sandbox" | "contracts" | "log">;
  readonly #artifacts: Artifacts;
  /** By step: the engine may ask twice for one that is still to be prepared. */
  readonly #steps = new Map<string, PrepareCommand>();

  constructor(ports: Pick<WorkerPorts, "clock" | "sandbox" | "contracts" | "log">, artifacts: Artifacts) {
    this.#ports = ports;
    this.#artifacts = artifacts;
  }

  get isEmpty(): boolean {
    return this.#steps.size === 0;
  }

  add(command: PrepareCommand): void {
    this.#steps.set(command.step, command);
  }

  clear(): void {
    this.#steps.clear();
  }

  /**
   * Takes all of them; their answers come at once where nothing has to go into the sandbox or to be fetched.
   * @param unwritten artifacts of the run that are on their way into the journal
   * @throws TurnError
   */
  answer(plan: Plan, state: RunState, unwritten: () => Artifact[]): RunInput[] | Promise<RunInput[]> {
    const commands = [...this.#steps.values()];
    this.#steps.clear();
    const { clock, sandbox, contracts, log } = this.#ports;
    const now = clock.now();
    const context = { plan, state, now, sandbox, newId: randomUUID, newChildId: childRunId, contracts, log };
    const wanted = artifactsFor(context, commands);
    if (wanted.size === 0) return turning(() => prepareSteps(context, commands));
    return this.#artifacts
      .load(state.runId, wanted, unwritten())
      .then((known) => turning(() => prepareSteps({ ...context, known }, commands)));
  }
}
