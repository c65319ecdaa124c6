import type { Json } from "../../engine/json.ts";
import type { Pool } from "./pool.ts";

interface Claim {
  orgId: string;
  key: string;
  route: string;
  hash: Uint8Array;
}

interface KeptRow {
  hash: Buffer;
  status: number | null;
  body: Json;
}

/** How long an answer is kept for repetitions. */
const keepHours = 24;

/** Claims and kept answers of idempotent writes. */
export function createIdempotencyStore(pool: Pool) {
  return {
    async begin(
      claim: Claim,
      staleMs: number,
    ): Promise<"new" | "busy" | { hash: Uint8Array; status: number; body: Json }> {
      const claimed = await pool.query(
        `insert into public.idempotency_keys as k (org_id, key, route, request_hash) values ($1, $2, $3, $4)
         on conflict (org_id, key, route) do update
           set request_hash = excluded.request_hash, created_at = now(), status = null, response = null
           where (k.status is null and k.created_at < now() - $5 * interval '1 millisecond')
             or k.created_at < now() - $6 * interval '1 hour'
         returning 1`,
        [claim.orgId, claim.key, claim.route, claim.hash, staleMs, keepHours],
      );
      if (claimed.rowCount === 1) return "new";
      const { rows } = await pool.query<KeptRow>(
        `select request_hash as hash, status, response as body from public.idempotency_keys
         where org_id = $1 and key = $2 and route = $3`,
        [claim.orgId, claim.key, claim.route],
      );
      const kept = rows[0];
      // No row: the first one gave up between the two statements. Asking again claims it.
      if (kept === undefined || kept.status === null) return "busy";
      return { hash: kept.hash, status: kept.status, body: kept.body };
    },

    async finish(claim: Claim, answer: { status: number; body: Json }): Promise<void> {
      await pool.query(
        `update public.idempotency_keys set status = $5, response = $6::jsonb
         where org_id = $1 and key = $2 and route = $3 and request_hash = $4`,
        [claim.orgId, claim.key, claim.route, claim.hash, answer.status, JSON.stringify(answer.body)],
      );
    },

    async abandon(claim: Claim): Promise<void> {
      await pool.query(
        `delete from public.idempotency_keys
         where org_id = $1 and key = $2 and route = $3 and request_hash = $4 and status is null`,
        [claim.orgId, claim.key, claim.route, claim.hash],
      );
    },

    /** Deletes answers that are too old to be asked for; how many. */
    async purge(): Promise<number> {
      const { rowCount } = await pool.query(
        "delete from public.idempotency_keys where created_at < now() - $1 * interval '1 hour'",
        [keepHours],
      );
      return rowCount ?? 0;
    },
  };
}
