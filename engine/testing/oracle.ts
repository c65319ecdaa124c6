import { fraction } from "../run/backoff.ts";

/**
 * What the world answers, drawn from the step's name alone: so that engine and reference interpreter, and a run that crashed and
 * went on, meet the same world.
 */
export interface Oracle {
  /** Attempts that fail before one succeeds; Infinity when none does. */
  failures(step: string): number;
  /** Port a choice or decision takes. */
  port(step: string): "yes" | "no";
  items(step: string): number;
  /** Iterations a `while` loop makes. */
  turns(step: string): number;
}

export function createOracle(seed: number, failureRate: number): Oracle {
  const draw = (step: string, what: string): number => fraction(`${seed}/${what}/${step}`);
  return {
    failures: (step) => {
      const luck = draw(step, "failures");
      return luck > failureRate ? 0 : luck > failureRate / 2 ? 1 : Number.POSITIVE_INFINITY;
    },
    port: (step) => (draw(step, "port") < 0.5 ? "yes" : "no"),
    items: (step) => Math.floor(draw(step, "items") * 5),
    turns: (step) => Math.floor(draw(step, "turns") * 4),
  };
}
