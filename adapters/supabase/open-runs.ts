import type { Pool } from "./pool.ts";

/** Runs that are not over, by status, and for how long the oldest queued one has been waiting, in seconds. */
export async function countOpenRuns(
  pool: Pool,
): Promise<{ statuses: { status: string; count: number }[]; oldestQueuedSeconds: number }> {
  const { rows } = await pool.query<{ status: string; count: number; oldest: number }>(
    `select status, count(*)::int as count, extract(epoch from now() - min(created_at))::float8 as oldest
     from public.runs where status in ('queued', 'running', 'waiting', 'paused') group by status`,
  );
  const queued = rows.find(({ status }) => status === "queued");
  return { statuses: rows.map(({ status, count }) => ({ status, count })), oldestQueuedSeconds: queued?.oldest ?? 0 };
}
