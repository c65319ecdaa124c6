"use client";

import { useState } from "react";
import type { Plan } from "../../engine/workflow/plan.ts";
import type { Run } from "../records/run.ts";
import { ConnectionMark } from "../shell/connection-mark.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { RunActions } from "./run-actions.tsx";
import { ApprovalNotice, CancelNotice, FailureNotice } from "./run-notices.tsx";
import type { RunFollower } from "./run-store.ts";
import { RunSummary } from "./run-summary.tsx";
import { RunTabs } from "./run-tabs.tsx";
import { ScreenProvider, useRunScreen, useShown } from "./screen/use-screen.tsx";
import { Scrubber } from "./scrubber.tsx";
import { runStatus } from "./step-status.ts";
import { ArtifactsOfRun } from "./artifact-view.tsx";
import { planOf, useRunFollower, useRunState } from "./use-run.ts";

interface RunPageProps {
  run: Run;
  /** The stored file of the version the run is on. */
  definition: unknown;
}

/** A run, live or as it was: everything on it is folded from its journal. */
export function RunPage({ run, definition }: RunPageProps) {
  const [plan] = useState(() => planOf(definition));
  if (plan === null) {
    return (
      <ErrorState
        as="page"
        title="This run cannot be drawn"
        description="Its workflow uses something this page does not know. The run itself is not touched. Reload the page; if this stays, the web app is older than the worker."
      />
    );
  }
  return <FollowedRun run={run} plan={plan} />;
}

function FollowedRun({ run, plan }: { run: Run; plan: Plan }) {
  const follower = useRunFollower(run.id, plan);
  const screen = useRunScreen(plan, follower);
  return (
    <ArtifactsOfRun run={run.id}>
      <ScreenProvider screen={screen}>
        <PageHeader
          trail={[{ href: "/runs", label: "Runs" }]}
          title={run.workflow_name}
          beside={
            <>
              <span className="figures text-subtle">v{run.version}</span>
              <RunConnection follower={follower} />
            </>
          }
          actions={<RunActions run={run} follower={follower} />}
        />
        <RunBody run={run} follower={follower} />
      </ScreenProvider>
    </ArtifactsOfRun>
  );
}

function RunConnection({ follower }: { follower: RunFollower }) {
  const connection = useRunState(follower, (state) => state.connection);
  return (
    <ConnectionMark connection={connection === "reading" || connection === "joining" ? "connecting" : connection} />
  );
}

function RunBody({ run, follower }: { run: Run; follower: RunFollower }) {
  const problem = useRunState(follower, (state) => state.problem);
  const read = useRunState(follower, (state) => state.view.seq);
  // A journal that is half read shows a run that never was.
  const reading = useRunState(follower, (state) => state.connection === "reading");
  if (reading) return <SkeletonRows label="Reading the run" />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Head run={run} />
      {problem !== null && (
        <ErrorState
          className="mx-4 mb-3"
          title="What you see may be behind"
          description={`${problem} What is shown was true at event ${read}; this page keeps trying.`}
        />
      )}
      <Notices />
      <RunTabs name={run.workflow_name} follower={follower} />
      <Scrubber follower={follower} />
    </div>
  );
}

function Head({ run }: { run: Run }) {
  const view = useShown((state) => state.view);
  const moment = useShown(({ at, events }) => (at === null ? null : (events.at(-1)?.at ?? null)));
  return <RunSummary view={view} status={runStatus(view)} created={Date.parse(run.created_at)} moment={moment} />;
}

/** What needs somebody, or went wrong. In the past there is nothing to do about it. */
function Notices() {
  const view = useShown((state) => state.view);
  const at = useShown((state) => state.at);
  const events = useShown((state) => state.events);
  return (
    <>
      {at === null && <ApprovalNotice view={view} />}
      <FailureNotice view={view} />
      {view.status === "cancelled" && <CancelNotice events={events} />}
    </>
  );
}
