import { errorKind, type ErrorRecord } from "../errors.ts";
import type { Retry } from "../workflow/file.ts";

const longestDelayMs = 3_600_000;
/** So often a step beyond its attempts comes back to a breaker that lets nobody through: what it wants was not asked for then. */
const mostRefusals = 10;

/**
 * Milliseconds before the next attempt, or null when there is none. `attempt` counts from 1. Up to half of the delay is jitter, drawn from
 * the step's name so that a replay agrees; an error that says when to come back (Retry-After) is not tried sooner.
 */
export function retryDelay(retry: Retry, attempt: number, error: ErrorRecord, seed: string): number | null {
  const bounds = retryBounds(retry, attempt, error);
  if (bounds === null) return null;
  const base = delayBefore(retry, attempt);
  const jittered = Math.round(base * (0.5 + 0.5 * fraction(`${seed}:${attempt}`)));
  return Math.max(jittered, bounds.least);
}

/** The shortest and the longest delay the policy allows before the next attempt; null when it allows none. */
export function retryBounds(retry: Retry, attempt: number, error: ErrorRecord): { least: number; most: number } | null {
  if (!error.retryable || attempt >= mostAttempts(retry, error)) return null;
  if (retry.on !== undefined && !retry.on.includes(errorKind(error))) return null;
  const base = delayBefore(retry, attempt);
  const asked = error.retryAfterMs ?? 0;
  return { least: Math.max(Math.floor(base * 0.5), asked), most: Math.max(base, asked) };
}

/** Who wants one attempt only is given no second one, whatever came of the first. */
function mostAttempts({ maxAttempts }: Retry, { code }: ErrorRecord): number {
  return code === "CIRCUIT_OPEN" && maxAttempts > 1 ? maxAttempts + mostRefusals : maxAttempts;
}

function delayBefore(retry: Retry, attempt: number): number {
  const made = Math.min(attempt, retry.maxAttempts);
  const factor = retry.backoff === "exponential" ? 2 ** (made - 1) : retry.backoff === "linear" ? made : 1;
  return Math.min(longestDelayMs, retry.delayMs * factor);
}

/** A number in [0, 1) that depends on nothing but the text (FNV-1a). */
export function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}
