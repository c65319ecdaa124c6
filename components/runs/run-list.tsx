"use client";

import { Play } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { runStatusSchema, type RunStatus } from "../../engine/run/status.ts";
import { errorWords } from "../api-client.ts";
import { listRuns, runPageSize, type Run } from "../records/run.ts";
import { ConnectionMark } from "../shell/connection-mark.tsx";
import { useLiveQuery } from "../shell/live-query.ts";
import { useOrganizationChannel } from "../shell/organization-channel.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Select } from "../ui/select.tsx";
import { statusWord } from "../ui/status.tsx";
import { RunTable } from "./run-table.tsx";

interface RunListProps {
  initial: Run[];
  status: RunStatus | null;
  workflowId: string | null;
  /** Workflows to filter by. */
  workflows: readonly { id: string; name: string }[];
}

/** Every run of the organisation, live. Filters stand in the address. */
export function RunList({ initial, status: statusAtFirst, workflowId: workflowAtFirst, workflows }: RunListProps) {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const { connection } = useOrganizationChannel();
  const [status, setStatus] = useState(statusAtFirst);
  const [workflowId, setWorkflowId] = useState(workflowAtFirst);
  const filter = { status: status === null ? [] : [status], workflowId };

  useEffect(() => {
    const query = new URLSearchParams();
    if (status !== null) query.set("status", status);
    if (workflowId !== null) query.set("workflow", workflowId);
    history.replaceState(null, "", query.size === 0 ? "/runs" : `/runs?${query}`);
  }, [status, workflowId]);

  const key = `${organization.id} ${status} ${workflowId}`;
  const { value, error, refresh } = useLiveQuery(key, initial, () => listRuns(supabase, organization.id, filter));
  const older = useOlderRuns(key, (last) =>
    listRuns(supabase, organization.id, filter, { before: { createdAt: last.created_at, id: last.id } }),
  );
  const newest = value ?? [];
  const seen = new Set(newest.map((run) => run.id));
  const runs = [...newest, ...older.runs.filter((run) => !seen.has(run.id))];
  const filtered = status !== null || workflowId !== null;

  return (
    <>
      <PageHeader
        title="Runs"
        beside={<ConnectionMark connection={connection} />}
        actions={
          <>
            <Select
              size="small"
              label="State"
              value={status ?? "all"}
              onValueChange={(chosen) => setStatus(runStatusSchema.safeParse(chosen).data ?? null)}
              options={[
                { value: "all", label: "Every state" },
                ...runStatusSchema.options.map((option) => ({ value: option, label: statusWord(option) })),
              ]}
            />
            <Select
              size="small"
              label="Workflow"
              className="max-w-44"
              value={workflowId ?? "all"}
              onValueChange={(chosen) => setWorkflowId(chosen === "all" ? null : chosen)}
              options={[
                { value: "all", label: "Every workflow" },
                ...workflows.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          </>
        }
      />
      {error !== null && (
        <ErrorState
          className="m-4"
          title="The list is not up to date"
          description={error}
          actions={<Button onClick={refresh}>Try again</Button>}
        />
      )}
      {runs.length > 0 && <RunTable runs={runs} label="Runs" />}
      {runs.length === 0 && error === null && <NoRuns filtered={filtered} />}
      {newest.length >= runPageSize && !older.ended && (
        <div className="flex justify-center p-4">
          <Button busy={older.busy} onClick={() => void older.more(runs.at(-1))}>
            Show older runs
          </Button>
        </div>
      )}
      {older.error !== null && (
        <ErrorState className="m-4" title="Older runs could not be read" description={older.error} />
      )}
    </>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  return (
    <EmptyState
      icon={Play}
      title={filtered ? "No run matches" : "No runs yet"}
      description={
        filtered
          ? "Choose another state or workflow above."
          : "Each time a workflow is started it becomes a run: what every step did, when, and what it cost stays here."
      }
      actions={
        filtered ? undefined : (
          <Button asChild tone="primary" size="medium">
            <Link href="/workflows">Choose a workflow</Link>
          </Button>
        )
      }
    />
  );
}

/** Pages below the live one. They are read once: only the newest page moves. */
function useOlderRuns(key: string, load: (last: Run) => Promise<Run[]>) {
  const empty = { key, runs: [] as Run[], ended: false, error: null as string | null };
  const [held, setHeld] = useState(empty);
  const [busy, setBusy] = useState(false);
  const now = held.key === key ? held : empty;
  async function more(last: Run | undefined) {
    if (last === undefined) return;
    setBusy(true);
    try {
      const page = await load(last);
      setHeld({ key, runs: [...now.runs, ...page], ended: page.length < runPageSize, error: null });
    } catch (thrown) {
      setHeld({ ...now, error: errorWords(thrown) });
    }
    setBusy(false);
  }
  return { ...now, busy, more };
}
