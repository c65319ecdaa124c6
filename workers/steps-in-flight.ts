import type { RunCommand, RunInput } from "../engine/run/input.ts";

/** The steps of a held run that wait for a worker or are worked on: something is expected back from each. */
export class StepsInFlight {
  readonly #steps = new Set<string>();

  get isEmpty(): boolean {
    return this.#steps.size === 0;
  }

  /** @param applied whether the input meant something to the run */
  turned(input: RunInput, applied: boolean): void {
    if (input.type === "started" && applied) this.#steps.add(input.step);
    if (input.type === "succeeded" || input.type === "failed") this.#steps.delete(input.step);
  }

  commanded(command: RunCommand): void {
    if (command.type === "execute") this.#steps.add(command.step);
    if (command.type === "abort") for (const step of command.steps) this.#steps.delete(step);
  }

  clear(): void {
    this.#steps.clear();
  }
}
