/** A worker that stops renewing loses its runs after this; it is renewed about every second. */
export const leaseMs = 4_000;
/** How long a run is kept for what its steps give, before it is let go: well within a lease. */
export const holdMs = 2_000;
/** How long a run may turn without letting others on. */
export const sliceMs = 10;
/** Events that wait for the journal at most; beyond it turning waits too. */
export const maxUnwritten = 2_000;
/** How long finished computing steps wait for more to go out with them, where the turn has to wait anyway. */
export const coalesceMs = 15;
