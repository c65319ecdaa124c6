import type { Json } from "../../engine/json.ts";
import type { Pool } from "./pool.ts";

/** What came of a call: told for the first time, told before, or there is no run that could be told. */
export type CallbackOutcome = { outcome: "told"; signal: number } | { outcome: "repeated" } | { outcome: "over" };

/** Calls of waits, on Postgres: the run's row is locked, so that of two calls at once one is the first. */
export class CallbackTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async tell(call: { runId: string; id: string; name: string; key: string; payload: Json }): Promise<CallbackOutcome> {
    const client = await this.#pool.connect();
    let done = false;
    try {
      await client.query("begin");
      const { rows: runs } = await client.query<{ orgId: string }>(
        `select org_id as "orgId" from public.runs
         where id = $1 and status not in ('completed', 'failed', 'cancelled') for no key update`,
        [call.runId],
      );
      const run = runs[0];
      const { rows } =
        run === undefined
          ? { rows: [] }
          : await client.query<{ id: number }>(
              `insert into public.run_signals (org_id, run_id, kind, payload)
               select $1, $2, 'event', $3::jsonb
               where not exists (
                 select 1 from public.run_signals where run_id = $2 and kind = 'event' and payload ->> 'id' = $4)
               returning id`,
              [
                run.orgId,
                call.runId,
                JSON.stringify({ id: call.id, name: call.name, key: call.key, payload: call.payload }),
                call.id,
              ],
            );
      await client.query("commit");
      done = true;
      if (run === undefined) return { outcome: "over" };
      const signal = rows[0]?.id;
      return signal === undefined ? { outcome: "repeated" } : { outcome: "told", signal };
    } finally {
      client.release(!done);
    }
  }
}
