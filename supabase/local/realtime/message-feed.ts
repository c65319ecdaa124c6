import { Client } from "pg";
import { z } from "zod";
import type { RealtimeLog } from "./log.ts";
import { storedRowSchema } from "./message-store.ts";
import type { StoredMessage } from "./message-store.ts";

const PAGE = 200;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/** Also finds a connection that is dead without having said so (a firewall, a sleeping machine). */
const CHECK_EVERY_MS = 10_000;

const pageSchema = z.array(
  z.object({ upto: z.string(), seq: z.string().nullable() }).and(z.record(z.string(), z.unknown())),
);

/**
 * Follows realtime.messages. A notification only says "look": what is new is every row whose transaction was not yet
 * committed in the snapshot of the last look. So a lost connection loses nothing and nothing is delivered twice:
 * the first look after reconnecting simply finds more. Rows come in the order of commit, and of insertion within a look.
 * After a crash PostgreSQL may give the numbers of transactions that were rolled back to new ones, which then look seen;
 * therefore a row whose seq is higher than all that were seen is new, whatever its transaction.
 */
export class MessageFeed {
  private readonly databaseUrl: string;
  private readonly timeoutMs: number;
  private readonly log: RealtimeLog;
  private readonly deliver: (message: StoredMessage) => void;
  private client: Client | null = null;
  private position: Position | null = null;
  private looking: Promise<void> | null = null;
  private lookAgain = false;
  private retryMs = FIRST_RETRY_MS;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(options: {
    databaseUrl: string;
    timeoutMs: number;
    log: RealtimeLog;
    deliver: (message: StoredMessage) => void;
  }) {
    this.databaseUrl = options.databaseUrl;
    this.timeoutMs = options.timeoutMs;
    this.log = options.log;
    this.deliver = options.deliver;
  }

  get connected(): boolean {
    return this.client !== null;
  }

  /** Begins with what is committed from now on; throws when the database cannot be reached. */
  async start(): Promise<void> {
    await this.connect();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    const client = this.client;
    this.client = null;
    if (client) await endQuietly(client, this.log);
    await this.looking;
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.databaseUrl,
      application_name: "realtime-feed",
      keepAlive: true,
      connectionTimeoutMillis: this.timeoutMs,
      query_timeout: this.timeoutMs,
    });
    client.on("error", (error) => this.lost(client, error));
    client.on("end", () => this.lost(client, new Error("connection ended")));
    client.on("notification", () => this.look());
    try {
      await client.connect();
      await client.query("listen realtime_messages");
      this.position = await findPosition(client, this.position);
    } catch (error) {
      await endQuietly(client, this.log);
      throw error;
    }
    if (this.stopped) return endQuietly(client, this.log);
    this.client = client;
    this.retryMs = FIRST_RETRY_MS;
    this.look();
  }

  private lost(client: Client, error: unknown): void {
    if (this.client !== client || this.stopped) return;
    this.client = null;
    this.log.warn({ err: error }, "realtime lost its connection to the database and reconnects");
    // Ending it is for the socket's sake only; the session is gone or useless.
    void endQuietly(client, this.log);
    this.schedule(() => void this.reconnect(), this.retryMs);
  }

  private async reconnect(): Promise<void> {
    try {
      await this.connect();
      this.log.info({}, "realtime follows the database again");
    } catch (error) {
      this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
      this.log.warn({ err: error, retryMs: this.retryMs }, "realtime cannot reach the database");
      if (!this.stopped) this.schedule(() => void this.reconnect(), this.retryMs);
    }
  }

  private schedule(work: () => void, delayMs: number): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(work, delayMs);
  }

  /** One look at a time; notifications during a look cause exactly one more. */
  private look(): void {
    this.lookAgain = true;
    this.looking ??= this.lookUntilQuiet().finally(() => {
      this.looking = null;
      if (this.lookAgain && this.client) this.look();
    });
  }

  private async lookUntilQuiet(): Promise<void> {
    const client = this.client;
    if (!client) return;
    try {
      while (this.lookAgain && this.client === client) {
        this.lookAgain = false;
        await this.deliverNew(client);
      }
      if (this.client === client) this.schedule(() => this.look(), CHECK_EVERY_MS);
    } catch (error) {
      this.lost(client, error);
    }
  }

  /** Pages of one frozen snapshot, so that a long catch-up neither misses nor repeats a row. */
  private async deliverNew(client: Client): Promise<void> {
    const { position } = this;
    if (!position) return;
    let upto: string | null = null;
    let after = -1n;
    let count: number;
    do {
      const values = [position.snapshot, upto, String(after), PAGE, String(position.highestSeq)];
      const page = pageSchema.parse((await client.query(NEW_ROWS, values)).rows);
      upto = page[0]?.upto ?? upto;
      const found = page.filter((row) => row.seq !== null);
      count = found.length;
      after = BigInt(found.at(-1)?.seq ?? after);
      for (const row of found) this.deliverRow(row);
    } while (count === PAGE);
    const highestSeq = after > position.highestSeq ? after : position.highestSeq;
    this.position = { ...position, snapshot: upto ?? position.snapshot, highestSeq };
  }

  private deliverRow(row: Record<string, unknown>): void {
    const message = storedRowSchema.safeParse(row);
    if (message.success) this.deliver(message.data);
    else this.log.error({ err: message.error }, "realtime.messages has a row that is no message");
  }
}

const NEW_ROWS = `
  select s.upto::text as upto, m.seq::text as seq, m.id, m.topic, m.event, m.private, m.payload::text as payload, m.binary_payload
  from (select coalesce($2::pg_snapshot, pg_current_snapshot()) as upto) s
  left join lateral (
    select * from realtime.messages
    where (tx >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(tx, $1::pg_snapshot) or seq > $5::bigint)
      and pg_visible_in_snapshot(tx, s.upto) and seq > $3::bigint and extension = 'broadcast' and event is not null
    order by seq limit $4
  ) m on true
  order by m.seq`;

/** Up to where everything was delivered. */
interface Position {
  /** The cluster in which the numbers mean something. */
  cluster: string;
  snapshot: string;
  highestSeq: bigint;
}

const positionSchema = z.tuple([z.object({ cluster: z.string(), snapshot: z.string(), highest: z.string() })]);

/** Where it was, unless the database is another one (set up anew, restored): then from now on. */
async function findPosition(client: Client, before: Position | null): Promise<Position> {
  const read = async () => {
    const [row] = positionSchema.parse((await client.query(CURRENT_POSITION)).rows);
    return { cluster: row.cluster, snapshot: row.snapshot, highestSeq: BigInt(row.highest) };
  };
  const now = await read();
  if (now.cluster === before?.cluster) return before;
  // Rows restored from another cluster carry transaction numbers that here still lie ahead: they would look new.
  await client.query("update realtime.messages set tx = '0' where tx >= pg_snapshot_xmax(pg_current_snapshot())");
  return read();
}

const CURRENT_POSITION = `
  select (select system_identifier::text from pg_control_system()) as cluster, pg_current_snapshot()::text as snapshot,
         coalesce((select max(seq) from realtime.messages), 0)::text as highest`;

async function endQuietly(client: Client, log: RealtimeLog): Promise<void> {
  try {
    await client.end();
  } catch (error) {
    log.warn({ err: error }, "realtime could not end a database connection");
  }
}
