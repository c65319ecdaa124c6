import { Pool as PostgresPool, types } from "pg";

// int8 (counters, sequence numbers) fits a double here: no run has 2^53 events.
types.setTypeParser(types.builtins.INT8, Number);
types.setTypeParser(types.builtins.NUMERIC, Number);

export type Pool = PostgresPool;

/** A statement that takes longer is given up: a database that hangs must not hang its callers. */
const queryTimeoutMs = 15_000;

/** A pool on DATABASE_URL: the trusted role of server and workers. RLS does not bind it, so every query names its organisation. */
export function createPool(databaseUrl: string, max = 10): Pool {
  const pool = new PostgresPool({
    connectionString: databaseUrl,
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    query_timeout: queryTimeoutMs,
  });
  // The pool listens to idle connections only. One that is cut while it is taken out would end the process, though the
  // statement under way, or the next one, fails with the same cause and tells its caller.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
