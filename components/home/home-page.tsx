"use client";

import { LayoutTemplate, Workflow } from "lucide-react";
import Link from "next/link";
import { useState, type ReactNode } from "react";
import { approvalPageSchema, type ApprovalView } from "../../contracts/api/approval.ts";
import { ApprovalLine } from "../inbox/approval-line.tsx";
import { loadHomeRuns, type HomeRuns } from "../records/home.ts";
import type { Run } from "../records/run.ts";
import { RunTable } from "../runs/run-table.tsx";
import { ConnectionMark } from "../shell/connection-mark.tsx";
import { useLiveQuery } from "../shell/live-query.ts";
import { useOrganizationChannel } from "../shell/organization-channel.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";

/** What needs me, what runs now, what failed, what happened last. */
export function HomePage({ initial }: { initial: HomeRuns }) {
  const supabase = useSupabase();
  const api = useApi();
  const { organization, user } = useWorkspace();
  const { connection } = useOrganizationChannel();
  const runs = useLiveQuery(organization.id, initial, () => loadHomeRuns(supabase, organization.id));
  const inbox = useLiveQuery<ApprovalView[]>(organization.id, null, async () => {
    const page = await api.call("GET", "/approvals?status=pending&limit=50", approvalPageSchema);
    return page.items.filter((approval) => approval.canDecide);
  });
  const { working, failed, recent } = runs.value ?? initial;
  const mine = inbox.value ?? [];

  if (recent.length === 0 && mine.length === 0) return <FirstMinutes name={user.name} />;
  return (
    <>
      <PageHeader title="Home" beside={<ConnectionMark connection={connection} />} />
      {runs.error !== null && (
        <ErrorState className="m-4" title="This page is not up to date" description={runs.error} />
      )}
      <div className="grid items-start gap-4 p-4 xl:grid-cols-[minmax(0,1fr)_360px]">
        <div className="grid min-w-0 gap-4">
          <RunCard title="Running now" runs={working} none="Nothing is running." href="/runs" />
          <RunCard title="Recent" runs={recent} none="No runs yet." href="/runs" />
        </div>
        <div className="grid min-w-0 gap-4">
          <Card className="min-w-0 overflow-hidden">
            <CardHeader title="Needs you" actions={<More href="/approvals">All approvals</More>} />
            <Inbox approvals={inbox.value} problem={inbox.error} />
          </Card>
          <Card className="min-w-0 overflow-hidden">
            <CardHeader title="Failed lately" actions={<More href="/runs?status=failed">All failures</More>} />
            {failed.length === 0 ? <Nothing>No run has failed.</Nothing> : <FailureList runs={failed} />}
          </Card>
        </div>
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
  return (
    <ul className="[&>li:last-child_button]:border-b-0">
      {approvals.slice(0, 6).map((approval) => (
        <li key={approval.id}>
          <ApprovalLine
            approval={approval}
            chosen={false}
            onChoose={() => location.assign(`/approvals/${approval.id}`)}
          />
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
            className="block truncate px-4 py-1.5 text-sm hover:bg-hover focus-visible:-outline-offset-2"
          >
            {run.workflow_name}{" "}
            <span className="figures text-subtle">
              {new Date(run.created_at).toISOString().slice(0, 16).replace("T", " ")} UTC
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function RunCard({ title, runs, none, href }: { title: string; runs: readonly Run[]; none: string; href: string }) {
  return (
    <Card className="min-w-0 overflow-hidden">
      <CardHeader title={title} actions={<More href={href}>All runs</More>} />
      {runs.length === 0 ? <Nothing>{none}</Nothing> : <RunTable runs={runs} label={title} />}
    </Card>
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

function FirstMinutes({ name }: { name: string }) {
  const [first] = useState(() => name.split(/[\s@]/u)[0] ?? name);
  return (
    <>
      <PageHeader title="Home" />
      <EmptyState
        icon={Workflow}
        title={`Welcome, ${first}`}
        description="Begin with a template: agents work side by side, a person decides where it matters, and you watch every step. No model key is needed to try it."
        actions={
          <>
            <Button asChild tone="primary" size="medium">
              <Link href="/templates">
                <LayoutTemplate aria-hidden /> Browse templates
              </Link>
            </Button>
            <Button asChild size="medium">
              <Link href="/workflows">See workflows</Link>
            </Button>
          </>
        }
      />
    </>
  );
}
