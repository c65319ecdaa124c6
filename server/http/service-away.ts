/** Node's and Postgres' words for "nobody answers there now". */
const codes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  // shutting down, crashed, starting up, too many connections
  "57P01",
  "57P02",
  "57P03",
  "53300",
  // disk full, out of memory, a replica that takes no writes
  "53100",
  "53200",
  "25006",
  "08000",
  "08003",
  "08006",
]);

const messages =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/i;

/** True when an error says that the database (or another service) is away, as opposed to a fault of ours. */
export function isServiceAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && codes.has(error.code)) return true;
  if (error instanceof AggregateError) return error.errors.some(isServiceAway);
  return messages.test(error.message) || (error.cause !== undefined && isServiceAway(error.cause));
}
