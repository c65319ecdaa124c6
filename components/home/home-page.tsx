"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { approvalPageSchema, type ApprovalView } from "../../contracts/api/approval.ts";
import { ApprovalLine } from "../inbox/approval-line.tsx";
import { loadHomeRuns, type HomeRuns } from "../records/home.ts";
import type { Run } from "../records/run.ts";
import { RunStatusMark } from "../runs/run-status.tsx";
import { RunTable } from "../runs/run-table.tsx";
import { ConnectionMark } from "../shell/connection-mark.tsx";
import { useLiveQuery } from "../shell/live-query.ts";
import { useOrganizationChannel } from "../shell/organization-channel.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { Checklist } from "./checklist.tsx";
import { FirstMinutes } from "./first-minutes.tsx";
import { Numbers } from "./numbers.tsx";

/** What needs me, what runs now, what failed, what happened last, and what it all comes to. */
export function HomePage({ initial }: { initial: HomeRuns }) {
  const supabase = useSupabase();
  const api = useApi();
  const { organization } = useWorkspace();
  const { connection } = useOrganizationChannel();
  const runs = useLiveQuery(organization.id, initial, async () => loadHomeRuns(await supabase(), organization.id));
  const inbox = useLiveQuery<ApprovalView[]>(organization.id, null, async () => {
    const page = await api.call("GET", "/approvals?status=pending&limit=50", approvalPageSchema);
    return page.items.filter((approval) => approval.canDecide);
  });
  const { working, failed, recent } = runs.value ?? initial;

  if (recent.length === 0 && (inbox.value ?? []).length === 0) return <FirstMinutes />;
  return (
    <>
      <PageHeader title="Home" beside={<ConnectionMark connection={connection} />} />
      {runs.error !== null && (
        <ErrorState
          className="m-4"
          title="This page is not up to date"
          description={runs.error}
          actions={<Button onClick={runs.refresh}>Try again</Button>}
        />
      )}
      <div className="grid items-start gap-4 p-4 xl:grid-cols-[minmax(0,1fr)_360px]">
        <div className="min-w-0 empty:hidden xl:col-span-2">
          <Checklist />
        </div>
        <Card className="order-1 min-w-0 overflow-hidden xl:order-2">
          <CardHeader title="Needs you" actions={<More href="/approvals">All approvals</More>} />
          <Inbox approvals={inbox.value} problem={inbox.error} />
        </Card>
        <Card className="order-2 min-w-0 overflow-hidden xl:order-1">
          <CardHeader title="Running now" actions={<More href="/runs">All runs</More>} />
          {working.length === 0 ? (
            <Nothing>Nothing is running.</Nothing>
          ) : (
            <RunTable runs={working} label="Running now" />
          )}
        </Card>
        <div className="order-3 min-w-0 xl:col-span-2">
          <Numbers />
        </div>
        <Card className="order-4 min-w-0 overflow-hidden">
          <CardHeader title="Recent" actions={<More href="/runs">All runs</More>} />
          {recent.length === 0 ? <Nothing>No runs yet.</Nothing> : <RunTable runs={recent} label="Recent" />}
        </Card>
        <Card className="order-5 min-w-0 overflow-hidden">
          <CardHeader title="Failed lately" actions={<More href="/runs?status=failed">All failures</More>} />
          {failed.length === 0 ? <Nothing>No run has failed.</Nothing> : <FailureList runs={failed} />}
        </Card>
      </div>
    </>
  );
}

/** What waits for this person. Not known yet is told from nothing. */
function Inbox({ approvals, problem }: { approvals: ApprovalView[] | null; problem: string | null }) {
  if (approvals === null) {
    return problem === null ? <SkeletonRows rows={2} label="Reading the inbox" /> : <Nothing>{problem}</Nothing>;
  }
  return approvals.length === 0 ? (
    <Nothing>Nothing waits for your decision.</Nothing>
  ) : (
    <NeedsMe approvals={approvals} />
  );
}

function NeedsMe({ approvals }: { approvals: readonly ApprovalView[] }) {
  const router = useRouter();
  return (
    <ul className="[&>li:last-child_button]:border-b-0">
      {approvals.slice(0, 6).map((approval) => (
        <li key={approval.id}>
          <ApprovalLine approval={approval} chosen={false} onChoose={() => router.push(`/approvals/${approval.id}`)} />
        </li>
      ))}
    </ul>
  );
}

function FailureList({ runs }: { runs: readonly Run[] }) {
  return (
    <ul className="py-1">
      {runs.map((run) => (
        <li key={run.id}>
          <Link
            href={`/runs/${run.id}`}
            className="flex items-center gap-2.5 px-4 py-1.5 text-sm hover:bg-hover focus-visible:-outline-offset-2"
          >
            <RunStatusMark run={run} as="icon" />
            <span className="min-w-0 flex-1 truncate">{run.workflow_name}</span>
            <RelativeTime at={run.created_at} className="figures shrink-0 text-subtle" />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Nothing({ children }: { children: ReactNode }) {
  return <p className="px-4 py-6 text-sm text-muted">{children}</p>;
}

function More({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="rounded-md text-xs text-muted hover:text-ink">
      {children}
    </Link>
  );
}
