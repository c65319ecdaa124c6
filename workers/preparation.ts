import { randomUUID } from "node:crypto";
import type { RunInput } from "../engine/run/input.ts";
import type { RunState } from "../engine/run/state.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { prepareSteps, type PrepareCommand } from "../nodes/catalog/prepare-steps.ts";
import { childRunId } from "./child-run.ts";
import type { WorkerPorts } from "./ports.ts";
import { turning } from "./turn-error.ts";

/** The steps of a run whose expressions are to be evaluated next. */
export class Preparation {
  readonly #ports: Pick<WorkerPorts, "clock" | "sandbox" | "contracts" | "log">;
  /** By step: the engine may ask twice for one that is still to be prepared. */
  readonly #steps = new Map<string, PrepareCommand>();

  constructor(ports: Pick<WorkerPorts, "clock" | "sandbox" | "contracts" | "log">) {
    this.#ports = ports;
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

  /** Takes all of them; their answers come at once where nothing has to go into the sandbox. @throws TurnError */
  answer(plan: Plan, state: RunState): RunInput[] | Promise<RunInput[]> {
    const commands = [...this.#steps.values()];
    this.#steps.clear();
    const { clock, sandbox, contracts, log } = this.#ports;
    const now = clock.now();
    const context = { plan, state, now, sandbox, newId: randomUUID, newChildId: childRunId, contracts, log };
    return turning(() => prepareSteps(context, commands));
  }
}
