import type { Pool } from "pg";
import { z } from "zod";
import type { BroadcastBody } from "./frames.ts";

/** A broadcast that came from, or is kept in, the database. */
export interface StoredMessage {
  id: string;
  topic: string;
  event: string;
  isPrivate: boolean;
  body: BroadcastBody;
}

export const storedRowSchema = z
  .object({
    id: z.string(),
    topic: z.string(),
    event: z.string(),
    private: z.boolean().nullable(),
    payload: z.string().nullable(),
    binary_payload: z.instanceof(Buffer).nullable(),
  })
  .transform((row): StoredMessage => ({
    id: row.id,
    topic: row.topic,
    event: row.event,
    isPrivate: row.private === true,
    body: row.binary_payload
      ? { kind: "binary", bytes: row.binary_payload }
      : { kind: "json", text: row.payload ?? "null" },
  }));

export const replaySchema = z.object({
  since: z.number().int().min(0).max(8.64e15),
  limit: z.number().int().nullish(),
});

/** More is a matter for the journal, not for a replay; the hosted product's number. */
const MAX_REPLAY = 25;

/** The newest private broadcasts of a topic since a time (Unix milliseconds), at most 25, oldest first. */
export async function replayMessages(
  pool: Pool,
  topic: string,
  options: z.infer<typeof replaySchema>,
): Promise<StoredMessage[]> {
  const limit = Math.min(Math.max(options.limit ?? MAX_REPLAY, 1), MAX_REPLAY);
  const { rows } = await pool.query(
    `select id, topic, event, private, payload::text as payload, binary_payload
     from realtime.messages
     where topic = $1 and private is true and extension = 'broadcast' and event is not null
       and inserted_at >= to_timestamp($2::float8 / 1000) at time zone 'utc'
     order by inserted_at desc, seq desc limit $3`,
    [topic, options.since, limit],
  );
  return z.array(storedRowSchema).parse(rows).toReversed();
}

/** Deletes what is older than the retention; returns how many rows. */
export async function purgeMessages(pool: Pool, retentionMs: number): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from realtime.messages
     where inserted_at < (now() at time zone 'utc') - make_interval(secs => $1::float8 / 1000)`,
    [retentionMs],
  );
  return rowCount ?? 0;
}
