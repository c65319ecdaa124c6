import { AsyncLocalStorage } from "node:async_hooks";
import { Pool as PostgresPool, types, type PoolClient } from "pg";
import { Shares } from "./shares.ts";

// int8 (counters, sequence numbers) fits a double here: no run has 2^53 events.
types.setTypeParser(types.builtins.INT8, Number);
types.setTypeParser(types.builtins.NUMERIC, Number);

export type Pool = PostgresPool;

/** A statement that takes longer is given up: a database that hangs must not hang its callers. */
const queryTimeoutMs = 15_000;
/** How long one waits for a connection. */
const patienceMs = 5_000;

const behalf = new AsyncLocalStorage<string>();

/** Does the work on an organisation's behalf: the connections it takes are of that organisation's share. */
export function onBehalfOf<T>(orgId: string, work: () => T): T {
  return behalf.run(orgId, work);
}

/** A pool on DATABASE_URL: the trusted role of server and workers. RLS does not bind it, so every query names its organisation. */
export function createPool(databaseUrl: string, max = 10): Pool {
  const pool = new SharedPool(max, {
    connectionString: databaseUrl,
    connectionTimeoutMillis: patienceMs,
    idleTimeoutMillis: 30_000,
    query_timeout: queryTimeoutMs,
  });
  // The pool listens to idle connections only. One that is cut while it is taken out would end the process, though the
  // statement under way, or the next one, fails with the same cause and tells its caller.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

type Taken = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

/** A pool in which no organisation can take all connections. */
class SharedPool extends PostgresPool {
  readonly #shares: Shares;
  /** On whose behalf a connection is out; null for nobody's. */
  readonly #out = new WeakMap<PoolClient, string | null>();

  constructor(max: number, config: ConstructorParameters<typeof PostgresPool>[0]) {
    super({ ...config, max });
    this.#shares = new Shares(max);
    this.on("release", (_error, client) => {
      const orgId = this.#out.get(client);
      // One that came too late for whoever waited was never out.
      if (orgId === undefined) return;
      this.#out.delete(client);
      this.#shares.giveBack(orgId);
    });
  }

  override connect(): Promise<PoolClient>;
  override connect(taken: Taken): void;
  override connect(taken?: Taken): Promise<PoolClient> | void {
    if (taken !== undefined) return this.#connect(taken);
    return new Promise((resolve, reject) => {
      this.#connect((error, client) => (client === undefined ? reject(error) : resolve(client)));
    });
  }

  /** `query` comes by here as well. */
  #connect(taken: Taken): void {
    const orgId = behalf.getStore() ?? null;
    let patience: NodeJS.Timeout | undefined;
    const forget = this.#shares.take(orgId, () => {
      clearTimeout(patience);
      super.connect((error, client, done) => {
        if (client === undefined) this.#shares.giveBack(orgId);
        else this.#out.set(client, orgId);
        taken(error, client, done);
      });
    });
    if (forget === null) return;
    patience = setTimeout(() => {
      forget();
      // In the words of the pool itself, for one who finds no connection in time.
      taken(new Error("timeout exceeded when trying to connect"), undefined, () => undefined);
    }, patienceMs);
    patience.unref();
  }
}
