import type { Log } from "../log.ts";

export interface Bucket {
  /** Requests that may come at once. */
  capacity: number;
  refillPerSecond: number;
}

export interface Taken {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Seconds until the bucket is full again. */
  resetSeconds: number;
  /** Seconds until the next request is allowed; 0 when this one was. */
  retryAfterSeconds: number;
}

export interface RateLimiter {
  take(key: string, bucket: Bucket): Promise<Taken>;
}

/**
 * What one caller may ask: ten seconds of the rate at once, and the rate for as long as they like. There so that one loop gone wild cannot
 * starve the others.
 */
export function callerBucket(perSecond: number): Bucket {
  return { capacity: perSecond * 10, refillPerSecond: perSecond };
}

/** Who does not say who they are: enough for links and documents, little for guessing keys. */
export const anonymousBucket: Bucket = { capacity: 120, refillPerSecond: 2 };

/** Buckets of this process alone: what is left when Redis is away. Bounded; the oldest bucket is forgotten first. */
export function createLocalLimiter(now: () => number, most = 10_000): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    async take(key, bucket) {
      const at = now();
      const known = buckets.get(key) ?? { tokens: bucket.capacity, at };
      const refilled = Math.min(bucket.capacity, known.tokens + ((at - known.at) / 1_000) * bucket.refillPerSecond);
      const allowed = refilled >= 1;
      const tokens = allowed ? refilled - 1 : refilled;
      buckets.delete(key);
      buckets.set(key, { tokens, at });
      if (buckets.size > most) {
        const oldest = buckets.keys().next();
        if (!oldest.done) buckets.delete(oldest.value);
      }
      return describeBucket(bucket, tokens, allowed);
    },
  };
}

/** What the headers say of a bucket with so many tokens left. */
export function describeBucket(bucket: Bucket, tokens: number, allowed: boolean): Taken {
  return {
    allowed,
    limit: bucket.capacity,
    remaining: Math.max(0, Math.floor(tokens)),
    resetSeconds: Math.ceil((bucket.capacity - tokens) / bucket.refillPerSecond),
    retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((1 - tokens) / bucket.refillPerSecond)),
  };
}

/** Asks `first`; while that fails, `fallback`: a limit that cannot be counted must not take the API down. */
export function withFallback(first: RateLimiter, fallback: RateLimiter, log: Log): RateLimiter {
  let failing = false;
  return {
    async take(key, bucket) {
      try {
        const taken = await first.take(key, bucket);
        failing = false;
        return taken;
      } catch (error) {
        // Said when it begins, not for each request.
        if (!failing) log.warn({ err: error }, "rate limits are counted in this process alone");
        failing = true;
        return fallback.take(key, bucket);
      }
    },
  };
}
