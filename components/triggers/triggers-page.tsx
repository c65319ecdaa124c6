"use client";

import { Plus, Zap } from "lucide-react";
import { useState } from "react";
import { triggerListSchema } from "../../contracts/api/trigger.ts";
import { may } from "../records/organization.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { NewTriggerDialog } from "./new-trigger.tsx";
import { TriggerCard } from "./trigger-card.tsx";

interface TriggersPageProps {
  workflow: { id: string; name: string; version: number | null };
}

/** What starts a workflow by itself: its webhooks, schedules, events and forms, with what each of them did. */
export function TriggersPage({ workflow }: TriggersPageProps) {
  const api = useApi();
  const { organization } = useWorkspace();
  const [making, setMaking] = useState(false);
  const mayBuild = may(organization.role, "build");
  const { value, error, refresh } = useLiveQuery(
    workflow.id,
    null,
    async () => (await api.call("GET", `/workflows/${workflow.id}/triggers`, triggerListSchema)).items,
  );
  const newButton = mayBuild && (
    <Button tone="primary" onClick={() => setMaking(true)}>
      <Plus aria-hidden /> New trigger
    </Button>
  );

  return (
    <>
      <PageHeader
        trail={[
          { href: "/workflows", label: "Workflows" },
          { href: `/workflows/${workflow.id}`, label: workflow.name },
        ]}
        title="Triggers"
        actions={value !== null && value.length > 0 ? newButton : undefined}
      />
      <div className="mx-auto grid w-full max-w-4xl gap-3 p-4">
        {workflow.version === null && (
          <p className="rounded-lg border border-waiting/40 px-3 py-2 text-sm text-waiting">
            This workflow is not published yet. Triggers can be made, but start nothing until a version is published.
          </p>
        )}
        {error !== null && (
          <ErrorState
            title="The triggers could not be read"
            description={error}
            actions={<Button onClick={refresh}>Try again</Button>}
          />
        )}
        {value === null && error === null && <SkeletonRows rows={3} label="Reading the triggers" />}
        {value?.length === 0 && (
          <EmptyState
            icon={Zap}
            title="Nothing starts this workflow by itself"
            description="Let another program call it, run it at set times, start it when something happens in your organisation, or share a form."
            actions={newButton}
          />
        )}
        {(value ?? []).map((trigger) => (
          <TriggerCard key={trigger.id} trigger={trigger} mayBuild={mayBuild} onChanged={refresh} />
        ))}
      </div>
      <NewTriggerDialog workflowId={workflow.id} open={making} onOpenChange={setMaking} onMade={refresh} />
    </>
  );
}
