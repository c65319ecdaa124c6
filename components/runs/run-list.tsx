"use client";

import { ArrowUp, Play } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { isRunEnded } from "../../engine/run/status.ts";
import { errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { listRuns, runPageSize, type Run } from "../records/run.ts";
import { ConnectionMark } from "../shell/connection-mark.tsx";
import { useLiveQuery } from "../shell/live-query.ts";
import { useOrganizationChannel } from "../shell/organization-channel.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { replaceAddress } from "../shell/replace-address.ts";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { CancelRuns } from "./cancel-runs.tsx";
import { addressOf, filterOf, type AskedRuns } from "./run-filter.ts";
import { RunFilters } from "./run-filters.tsx";
import { RunTable } from "./run-table.tsx";
import { useSteadyRows } from "./steady-rows.ts";

export interface Named {
  id: string;
  name: string;
}

interface RunListProps {
  initial: Run[];
  asked: AskedRuns;
  /** Workflows and people to filter by. */
  workflows: readonly Named[];
  people: readonly Named[];
}

/** Every run of the organisation, live. Filters stand in the address. */
export function RunList({ initial, asked: askedAtFirst, workflows, people }: RunListProps) {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const { connection } = useOrganizationChannel();
  const [asked, setAsked] = useState(askedAtFirst);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const address = addressOf(asked);
  useEffect(() => replaceAddress(address), [address]);

  const key = `${organization.id} ${address}`;
  const load = async (before: Run | null) =>
    listRuns(await supabase(), organization.id, filterOf(asked, Date.now()), {
      before: before === null ? null : { createdAt: before.created_at, id: before.id },
    });
  const { value, error, refresh } = useLiveQuery(key, initial, () => load(null));
  const { atTop, top } = useAtTop();
  const steady = useSteadyRows(key, value ?? initial, atTop && chosen.size === 0);
  const older = useOlderRuns(key, load);
  const seen = new Set(steady.rows.map((run) => run.id));
  const runs = [...steady.rows, ...older.runs.filter((run) => !seen.has(run.id))];
  const filtered = address !== "/runs";
  const mayCancel = may(organization.role, "operate");
  const cancellable = runs.filter((run) => chosen.has(run.id) && !isRunEnded(run.status));

  return (
    <>
      <div ref={top} />
      <PageHeader
        title="Runs"
        beside={<ConnectionMark connection={connection} />}
        filters={<RunFilters asked={asked} workflows={workflows} people={people} onChange={setAsked} />}
      />
      {error !== null && (
        <ErrorState
          className="m-4"
          title="The list is not up to date"
          description={error}
          actions={<Button onClick={refresh}>Try again</Button>}
        />
      )}
      {chosen.size > 0 && (
        <CancelRuns
          runs={cancellable}
          chosen={chosen.size}
          onDone={() => {
            setChosen(new Set());
            refresh();
          }}
        />
      )}
      {steady.waiting > 0 && (
        <div className="pointer-events-none sticky top-14 z-20 flex h-0 justify-center">
          <Button
            className="pointer-events-auto mt-2 bg-raised shadow-raised"
            onClick={() => {
              steady.show();
              top.current?.scrollIntoView();
            }}
          >
            <ArrowUp aria-hidden /> {steady.waiting} new
          </Button>
        </div>
      )}
      {runs.length > 0 && (
        <RunTable runs={runs} label="Runs" people={people} {...(mayCancel ? { chosen, onChoose: setChosen } : {})} />
      )}
      {runs.length === 0 && error === null && <NoRuns filtered={filtered} />}
      {runs.length >= runPageSize && !older.ended && (
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
          ? "Choose another state, workflow, person or time above."
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

/** Whether the top of the list is in view: then nobody loses their place when a row comes in. */
function useAtTop() {
  const top = useRef<HTMLDivElement>(null);
  const [atTop, setAtTop] = useState(true);
  useEffect(() => {
    const mark = top.current;
    if (mark === null) return undefined;
    const observer = new IntersectionObserver(([entry]) => setAtTop(entry?.isIntersecting ?? true));
    observer.observe(mark);
    return () => observer.disconnect();
  }, []);
  return { atTop, top };
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
