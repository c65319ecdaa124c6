"use client";

import { useState } from "react";
import type { Run } from "../records/run.ts";
import { ConnectionMark } from "../shell/connection-mark.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { TabPanel, Tabs } from "../ui/tabs.tsx";
import { ApprovalNotice, FailureNotice } from "./run-notices.tsx";
import { JournalLog } from "./journal-log.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunResult } from "./run-result.tsx";
import { RunSummary } from "./run-summary.tsx";
import type { RunFollower } from "./run-store.ts";
import { StepBoard } from "./step-board.tsx";
import { runStatus } from "./step-status.ts";
import { planOf, useRunFollower, useRunState } from "./use-run.ts";
import type { Plan } from "../../engine/workflow/plan.ts";

interface RunPageProps {
  run: Run;
  /** The stored file of the version the run is on. */
  definition: unknown;
}

/** A run, live: everything on it is folded from its journal. */
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
  return (
    <>
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
      <RunBody run={run} plan={plan} follower={follower} />
    </>
  );
}

function RunConnection({ follower }: { follower: RunFollower }) {
  const connection = useRunState(follower, (state) => state.connection);
  return <ConnectionMark connection={connection === "reading" ? "connecting" : connection} />;
}

function RunBody({ run, plan, follower }: { run: Run; plan: Plan; follower: RunFollower }) {
  const [tab, setTab] = useState("steps");
  const view = useRunState(follower, (state) => state.view);
  const events = useRunState(follower, (state) => state.events);
  const problem = useRunState(follower, (state) => state.problem);
  const reading = useRunState(follower, (state) => state.connection === "reading");
  if (reading && events.length === 0) return <SkeletonRows label="Reading the run" />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <RunSummary view={view} status={runStatus(view)} created={Date.parse(run.created_at)} />
      {problem !== null && (
        <ErrorState
          className="mx-4 mb-3"
          title="What you see may be behind"
          description={`${problem} What is shown was true at event ${view.seq}; this page keeps trying.`}
        />
      )}
      <ApprovalNotice view={view} />
      <FailureNotice view={view} />
      <Tabs
        label="Views of the run"
        value={tab}
        onValueChange={setTab}
        className="flex-1"
        tabs={[
          { value: "steps", label: "Steps", count: view.steps.length },
          { value: "result", label: "Result" },
          { value: "journal", label: "Journal", count: events.length },
        ]}
      >
        <TabPanel value="steps" className="flex flex-col">
          <StepBoard plan={plan} view={view} follower={follower} />
        </TabPanel>
        <TabPanel value="result" className="overflow-auto">
          <RunResult view={view} name={run.workflow_name} />
        </TabPanel>
        <TabPanel value="journal" className="flex flex-col">
          <JournalLog events={events} />
        </TabPanel>
      </Tabs>
    </div>
  );
}
