const codes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  // PostgreSQL is stopping, starting or out of connections.
  "57P01",
  "57P02",
  "57P03",
  "53300",
  // Its disk or memory is full, or it is a replica that does not take writes yet.
  "53100",
  "53200",
  "25006",
]);

const messages =
  /connection (?:is closed|terminated|ended|timeout)|connection terminated|command timed out|timeout exceeded when trying to connect|max retries per request|stream isn't writeable|client has encountered a connection error|LOADING|READONLY|OOM command not allowed|MISCONF|not queryable/i;

/** True for an error that says no more than that Redis or Postgres is away: to be waited out, not to die of. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isOutage);
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "string" && (codes.has(code) || code.startsWith("08"))) return true;
  return messages.test(error.message) || isOutage(error.cause);
}
