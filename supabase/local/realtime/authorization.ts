import { randomUUID } from "node:crypto";
import { DatabaseError } from "pg";
import type { Pool, PoolClient } from "pg";
import type { Claims } from "./credentials.ts";
import type { RealtimeLog } from "./log.ts";

/** What a person may do in one topic. null: not asked yet. */
export interface Policies {
  readBroadcast: boolean;
  readPresence: boolean | null;
  writeBroadcast: boolean | null;
  writePresence: boolean | null;
}

export interface Asker {
  topic: string;
  claims: Claims;
  /** The x-* headers of the connection or request; policies see them as request.headers. */
  headers: Record<string, string>;
}

/** The database did not answer; nothing is known about what the person may do. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super("Realtime was unable to connect to the project database", { cause });
    this.name = "DatabaseUnavailable";
  }
}

type Extension = "broadcast" | "presence";

/**
 * Asks row-level security on realtime.messages, the way hosted Supabase does: a row that the person could see decides
 * reading, a row that they try to insert decides writing, and everything is rolled back.
 */
export class Authorizer {
  private readonly pool: Pool;
  private readonly log: RealtimeLog;
  private readonly asking = new Map<string, Promise<Record<Extension, boolean>>>();

  constructor(pool: Pool, log: RealtimeLog) {
    this.pool = pool;
    this.log = log;
  }

  /** @throws DatabaseUnavailable */
  reading(asker: Asker): Promise<Record<Extension, boolean>> {
    return this.once("read", asker, readVisible);
  }

  /** @throws DatabaseUnavailable */
  writing(asker: Asker): Promise<Record<Extension, boolean>> {
    return this.once("write", asker, tryInserts);
  }

  /** Many tabs of one person that come back at the same moment ask one question. */
  private once(kind: string, asker: Asker, ask: Question): Promise<Record<Extension, boolean>> {
    const key = JSON.stringify([kind, asker]);
    const running = this.asking.get(key);
    if (running) return running;
    const question = this.ask(asker, ask).finally(() => this.asking.delete(key));
    this.asking.set(key, question);
    return question;
  }

  private async ask(asker: Asker, ask: Question): Promise<Record<Extension, boolean>> {
    let client: PoolClient;
    try {
      client = await this.pool.connect();
    } catch (cause) {
      throw new DatabaseUnavailable(cause);
    }
    try {
      await client.query("begin");
      return await ask(client, asker);
    } catch (cause) {
      // An error of the policy itself (a missing table, a cast) refuses; the operator finds it in the log.
      if (isServerError(cause)) {
        this.log.warn({ err: cause, topic: asker.topic, role: asker.claims.role }, "realtime policy failed");
        return { broadcast: false, presence: false };
      }
      throw new DatabaseUnavailable(cause);
    } finally {
      const broken = await rollBack(client);
      client.release(broken);
    }
  }
}

type Question = (client: PoolClient, asker: Asker) => Promise<Record<Extension, boolean>>;

const EXTENSIONS: readonly Extension[] = ["broadcast", "presence"];

async function readVisible(client: PoolClient, asker: Asker): Promise<Record<Extension, boolean>> {
  const [broadcast, presence] = [randomUUID(), randomUUID()];
  await client.query(
    "insert into realtime.messages (id, topic, extension) values ($1, $3, 'broadcast'), ($2, $3, 'presence')",
    [broadcast, presence, asker.topic],
  );
  await becomeAsker(client, asker);
  const { rows } = await client.query<{ id: string }>("select id from realtime.messages where id in ($1, $2)", [
    broadcast,
    presence,
  ]);
  const seen = new Set(rows.map((row) => row.id));
  return { broadcast: seen.has(broadcast), presence: seen.has(presence) };
}

async function tryInserts(client: PoolClient, asker: Asker): Promise<Record<Extension, boolean>> {
  await becomeAsker(client, asker);
  const result: Record<Extension, boolean> = { broadcast: false, presence: false };
  for (const extension of EXTENSIONS) {
    await client.query("savepoint probe");
    try {
      await client.query("insert into realtime.messages (topic, extension) values ($1, $2)", [asker.topic, extension]);
      result[extension] = true;
    } catch (error) {
      if (!isServerError(error) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
      await client.query("rollback to savepoint probe");
    }
  }
  return result;
}

/** From here to the rollback the transaction has the person's role and claims, as in a request to the data API. */
async function becomeAsker(client: PoolClient, asker: Asker): Promise<void> {
  const { claims, topic, headers } = asker;
  await client.query(
    `select set_config('realtime.topic', $1, true), set_config('request.jwt.claims', $2, true),
            set_config('request.jwt.claim.sub', $3, true), set_config('request.jwt.claim.role', $4, true),
            set_config('request.headers', $5, true), set_config('role', $4, true)`,
    [topic, JSON.stringify(claims), claims.sub ?? "", claims.role, JSON.stringify(headers)],
  );
}

const INSUFFICIENT_PRIVILEGE = "42501";

/** True for an error the server reported about the statement, false for a lost, refused or cancelled connection. */
function isServerError(error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError) || error.code === undefined) return false;
  // 08 connection, 53 resources, 57 operator intervention (shutdown, timeout): nothing about the policy.
  return !["08", "53", "57"].includes(error.code.slice(0, 2));
}

/** A connection that cannot roll back must not go into the pool again with somebody's role: the error discards it. */
async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query("rollback");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
