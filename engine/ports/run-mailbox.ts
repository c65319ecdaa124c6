import type { RunInput } from "../run/input.ts";
import type { RunState } from "../run/state.ts";

/** One message in a run's mailbox. `id` is unique; `signal` names the run_signals row it announces, if any. */
export interface MailEntry {
  id: string;
  input: RunInput;
  signal?: number | undefined;
  /** Worker that wants to hear that the entry is in the journal. */
  replyTo?: string | undefined;
}

export interface Lease {
  runId: string;
  token: string;
  /** Hot state as Redis has it; null when it was lost or never written. */
  state: RunState | null;
  /** The last holder did not let go: it died, or lost the run. What it had begun may have to be begun again. */
  abandoned: boolean;
  entries: MailEntry[];
}

/** held: it is the holder's for another while. mail: so it is, and something came in. lost: it is another's, or nobody's. */
export type LeaseState = "held" | "mail" | "lost";

/**
 * Mailbox, lease and hot state of runs: one atomic script a move. The lease is an optimisation: the journal's fence decides.
 * Implementations pass adapters/conformance/run-mailbox.suite.ts.
 */
export interface RunMailbox {
  /** Pushes entries and leaves the draining to whoever is woken: for processes that do not turn runs (the API). */
  post(runId: string, entries: MailEntry[]): Promise<void>;
  /**
   * Pushes entries (none is allowed); when nobody drains the run, takes the lease and gives all waiting entries with the hot state.
   * Who holds it hears that there is something for it.
   */
  deliver(runId: string, entries: MailEntry[], leaseMs: number): Promise<Lease | null>;
  /**
   * Writes the state if it is newer, prolongs the lease and takes what came in meanwhile; with nothing there, lets the lease go
   * (in the same script) and gives an empty list. Null when the lease was lost.
   */
  settle(lease: Lease, state: RunState | null, leaseMs: number): Promise<MailEntry[] | null>;
  /** Prolongs the lease and takes what came in, keeping the lease even when there is nothing. Null when it was lost. */
  take(lease: Lease, leaseMs: number): Promise<MailEntry[] | null>;
  /** Prolongs many leases at once; says of each, in their order, what became of it. */
  renew(leases: Lease[], leaseMs: number): Promise<LeaseState[]>;
  /** Told of the runs held here for which others delivered something. May also be told of others' runs. */
  onMail(listener: (runId: string) => void): () => void;
  /** Gives the lease up and puts entries back, first in line (a worker that cannot go on). */
  abandon(lease: Lease, entries: MailEntry[]): Promise<void>;
  /** Drops a run's state: one that is ahead of the journal would never be replaced by an older one. */
  forgetState(runId: string): Promise<void>;
  /** Drops everything held for a run. */
  forget(runId: string): Promise<void>;
}
