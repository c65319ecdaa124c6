import type { Json } from "../../engine/json.ts";
import type { ChildRun, ChildRuns } from "../../engine/ports/child-runs.ts";
import type { Pool } from "./pool.ts";

const system = { kind: "system", id: null, label: "sub-workflow" };

// The parent's row names the organisation, so that a workflow of another one cannot be called; it is held while the call is answered, so
// that a parent which ends at this moment knows all of its children. A version of null is the published one. Where there is none, the parent
// is told so by the same kind of signal that tells a child's end.
const startChild = `with parent as (
    select id, org_id from public.runs
    where id = $2 and org_id = $3 and status not in ('completed', 'failed', 'cancelled') for share
  ), called as (
    delete from public.run_calls c using parent p where c.child_id = $1 and c.run_id = p.id returning p.id, p.org_id
  ), version as (
    select v.workflow_id, v.version, v.org_id, w.name from called p
    join public.workflows w on w.org_id = p.org_id and w.id = $4 and w.deleted_at is null
    join public.workflow_versions v on v.workflow_id = w.id and v.org_id = p.org_id
      and v.version = coalesce($5::integer, w.published_version)
  ), made as (
    insert into public.runs (id, org_id, workflow_id, version, workflow_name, input, priority, trigger, parent_run_id,
      parent_step, last_seq)
    select $1, org_id, workflow_id, version, name, $6::jsonb, $7, $8::jsonb, $2, $9, 1 from version
    on conflict (id) do nothing
    returning id, org_id, workflow_id, version, created_at, month
  ), journalled as (
    insert into public.run_events (run_id, seq, org_id, at, type, data, month)
    select id, 1, org_id, created_at, 'run-queued',
      $10::jsonb || jsonb_build_object('workflowId', workflow_id, 'version', version), month from made
  ), refused as (
    insert into public.run_signals (org_id, run_id, kind, payload)
    select p.org_id, p.id, 'child', $11::jsonb from called p where not exists (select 1 from version)
    returning id
  )
  select exists (select 1 from made) as made, exists (select 1 from refused) as refused`;

/** Runs of sub-workflows in Postgres. Their ends are told by the trigger `runs_tell_their_family`. */
export function createChildRuns(pool: Pool): ChildRuns {
  return {
    async start(run) {
      const { rows } = await pool.query<{ made: boolean; refused: boolean }>({
        name: "start-child-run",
        text: startChild,
        values: [
          run.id,
          run.parent.runId,
          run.orgId,
          run.workflowId,
          run.version,
          JSON.stringify(run.input),
          run.priority,
          JSON.stringify({ kind: "sub-workflow", by: system }),
          run.parent.step,
          JSON.stringify({
            input: run.input,
            by: system,
            trigger: "sub-workflow",
            parent: run.parent,
            callbackKey: run.callbackKey,
          }),
          JSON.stringify(refusal(run)),
        ],
      });
      return rows[0]?.refused === true ? "no-workflow" : rows[0]?.made === true ? "started" : "not-owed";
    },

    async waitingSignals(runId) {
      const { rows } = await pool.query<{ id: number; kind: string; payload: unknown }>({
        name: "waiting-family-signals",
        text: `select id, kind, payload from public.run_signals
          where run_id = $1 and applied_at is null and kind in ('child', 'cancel') order by id limit 100`,
        values: [runId],
      });
      return rows;
    },

    async parentOf(runId) {
      const { rows } = await pool.query<{ parent: string | null }>({
        name: "parent-of-run",
        text: `select parent_run_id as parent from public.runs where id = $1`,
        values: [runId],
      });
      return rows[0]?.parent ?? null;
    },

    async openChildren(runId) {
      const { rows } = await pool.query<{ id: string }>({
        name: "open-children",
        text: `select id from public.runs where parent_run_id = $1 and status not in ('completed', 'failed', 'cancelled')`,
        values: [runId],
      });
      return rows.map(({ id }) => id);
    },
  };
}

function refusal({ id, parent, version }: ChildRun): Json {
  const what = version === null ? "no published version" : `no version ${version}`;
  return {
    stepId: parent.step,
    childId: id,
    status: "failed",
    output: null,
    error: {
      code: "NOT_FOUND",
      message: `There is ${what} of that workflow in this organisation.`,
      retryable: false,
    },
    costUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    demo: false,
  };
}
