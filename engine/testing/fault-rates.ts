import type { RunEvent } from "../run/event.ts";
import type { RunInput } from "../run/input.ts";

/** How often things go wrong at each boundary, as chances in [0, 1]. */
export interface FaultRates {
  /** A worker dies: between turning and appending, after the append, before what follows from it is handed over, around an effect. */
  crash: number;
  /** An append fails and nothing was written. */
  lostAppend: number;
  /** An append was written and its caller saw a timeout. */
  lateAppend: number;
  /** A message comes twice. */
  duplicate: number;
  /** Redis loses everything. */
  flush: number;
  /** A lease ends while its worker goes on: two drain one run. */
  expiry: number;
  /** A worker's clock jumps by up to 0.9 s, either way: what is left of a jump once it is told by the store's clock. */
  clock: number;
}

export const calm: FaultRates = {
  crash: 0,
  lostAppend: 0,
  lateAppend: 0,
  duplicate: 0,
  flush: 0,
  expiry: 0,
  clock: 0,
};

export interface Schedule {
  random: () => number;
  faults: FaultRates;
  workers?: number;
  /** What people do, given once the journal has that many events. */
  meanwhile?: { after: number; input: RunInput }[];
}

export interface ClusterResult {
  journal: RunEvent[];
  /** Effects that the outside world saw, by step and attempt. */
  effects: Map<string, number>;
  /** What struck, by name. */
  struck: Record<keyof FaultRates, number>;
  /** Steps of the schedule it took. */
  actions: number;
  openApprovals: number;
}
