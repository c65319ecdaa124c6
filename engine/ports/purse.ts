/** What a model call may cost at most, and on whose account. */
export interface Purchase {
  runId: string;
  orgId: string;
  /** Names the call: asked again under the same name, the same reservation is meant. */
  key: string;
  amountUsd: number;
  /** The run's own budget; null when it has none. */
  runBudgetUsd: number | null;
}

export interface Reservation {
  /** Puts what was really paid in its place; 0 gives all of it back. */
  settle(costUsd: number): Promise<void>;
}

/**
 * Money that is set aside before it is spent: however many calls run side by side, what is reserved and spent never exceeds a budget.
 * What was spent is read from the journal's rows, so that a Redis that forgets costs no more than the calls in flight.
 */
export interface Purse {
  /** Whether any budget bounds this run: without one nothing needs to be reserved. */
  isBounded(purchase: Pick<Purchase, "orgId" | "runBudgetUsd">): Promise<boolean>;
  /** @throws BatonError BUDGET_EXCEEDED naming whose budget it is and what is left */
  reserve(purchase: Purchase): Promise<Reservation>;
}
