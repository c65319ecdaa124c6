import pg from "pg";

// int8 (counters, sequence numbers) fits a double here: no run has 2^53 events.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);

export type Pool = pg.Pool;

/** A pool on DATABASE_URL: the trusted role of server and workers. RLS does not bind it, so every query names its organisation. */
export function createPool(databaseUrl: string, max = 10): Pool {
  return new pg.Pool({ connectionString: databaseUrl, max, connectionTimeoutMillis: 5_000, idleTimeoutMillis: 30_000 });
}
