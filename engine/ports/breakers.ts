/** What a breaker guards: a model of a provider, a host. One set for each organisation, so that none can open another's. */
export interface BreakerName {
  orgId: string;
  kind: "model" | "host" | "agent";
  name: string;
}

export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerView {
  kind: BreakerName["kind"];
  name: string;
  state: BreakerState;
  failures: number;
  /** Epoch ms until which nothing is sent; null while closed. */
  openUntil: number | null;
}

/** Passes: go ahead (`probe` when this call alone finds out whether it works again). Not: come back after `retryAfterMs`. */
export type BreakerPass = { passes: true; probe: boolean } | { passes: false; retryAfterMs: number };

/** Circuit breakers that all workers share. When their store is away everything passes: they protect, they do not decide. */
export interface Breakers {
  enter(name: BreakerName): Promise<BreakerPass>;
  succeeded(name: BreakerName): Promise<void>;
  failed(name: BreakerName): Promise<void>;
  list(orgId: string): Promise<BreakerView[]>;
}
