/**
 * Connection options for BullMQ, which opens connections of its own. Workers wait for Redis for ever (as BullMQ
 * demands of them); producers give up after five seconds, so that a request is not held while Redis is away.
 */
export function queueConnection(url: string, options: { blocking: boolean }): Record<string, unknown> {
  return {
    url,
    retryStrategy: (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 1_000),
    maxRetriesPerRequest: options.blocking ? null : 5,
    ...(options.blocking ? {} : { commandTimeout: 5_000 }),
    connectTimeout: 3_000,
  };
}
