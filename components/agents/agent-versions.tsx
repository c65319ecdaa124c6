"use client";

import { useState } from "react";
import { z } from "zod";
import { agentVersionListSchema, type Agent, type AgentVersion } from "../../contracts/api/agent.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { JsonView } from "../ui/json-view.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";

const listSchema = z.object(agentVersionListSchema.shape);

/** Its versions, newest first; none of them changes any more. */
export function AgentVersions({ agent }: { agent: Agent }) {
  const api = useApi();
  const [shown, setShown] = useState<AgentVersion | null>(null);
  const versions = useLiveQuery(`${agent.id} ${agent.version}`, null, () =>
    api.call("GET", `/agents/${agent.id}/versions`, listSchema),
  );
  return (
    <Card>
      <CardHeader title="Versions" />
      {versions.error !== null && <ErrorState className="m-4" title="Not known now" description={versions.error} />}
      {versions.value === null && versions.error === null && <SkeletonRows rows={2} label="Reading the versions" />}
      <ul>
        {versions.value?.items.map((each) => (
          <li key={each.version} className="flex items-center gap-2 border-b px-4 py-1.5 text-sm last:border-b-0">
            <span className="figures">v{each.version}</span>
            <span className="min-w-0 flex-1 truncate text-muted">{each.note === "" ? "no note" : each.note}</span>
            <RelativeTime at={each.createdAt} className="figures text-subtle" />
            <Button tone="quiet" aria-label={`Look at version ${each.version}`} onClick={() => setShown(each)}>
              Look
            </Button>
          </li>
        ))}
      </ul>
      <Dialog
        open={shown !== null}
        onOpenChange={(open) => !open && setShown(null)}
        title={`${agent.name}, version ${shown?.version ?? ""}`}
      >
        {shown !== null && <JsonView label="the settings" value={shown.settings} />}
      </Dialog>
    </Card>
  );
}
