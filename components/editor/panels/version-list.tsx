"use client";

import { Download, History, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { type WorkflowVersion, workflowVersionListSchema } from "../../../contracts/api/workflow.ts";
import { errorWords } from "../../api-client.ts";
import { useApi } from "../../shell/workspace-context.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { useEditor } from "../editor-context.tsx";
import { downloadVersion } from "./download.ts";

/** The versions that were published, newest first: each can be looked at as a file and brought back. */
export function VersionList() {
  const { published } = useEditor();
  const current = useStore(published, (state) => state.version);
  // Read again when another version was published.
  return <ReadVersions key={current ?? 0} current={current} />;
}

function ReadVersions({ current }: { current: number | null }) {
  const { workflowId, view, mayWrite } = useEditor();
  const api = useApi();
  const [versions, setVersions] = useState<WorkflowVersion[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const answer = await api.call("GET", `/workflows/${workflowId}/versions`, workflowVersionListSchema);
        if (here) setVersions(answer.items);
      } catch (thrown) {
        if (here) setProblem(errorWords(thrown));
      }
    }
    void load();
    return () => {
      here = false;
    };
  }, [api, workflowId]);

  if (problem !== null)
    return <ErrorState className="m-3" title="The versions could not be read" description={problem} />;
  if (versions === null) return <SkeletonRows rows={3} label="Reading the versions" />;
  if (versions.length === 0) {
    return (
      <EmptyState
        icon={History}
        title="There is only a draft"
        description="Publishing makes a version that never changes. Runs start on versions, so nobody’s run changes under them while you draw."
        actions={
          mayWrite && (
            <Button tone="primary" onClick={() => view.setState({ dialog: "publish" })}>
              Publish
            </Button>
          )
        }
      />
    );
  }
  return (
    <ul className="min-h-0 flex-1 overflow-y-auto p-1.5" aria-label="Versions">
      {versions.map((version) => (
        <li key={version.version} className="flex items-center gap-2 rounded-md px-2 py-1.5 hover:bg-hover">
          <div className="min-w-0 flex-1">
            <p className="flex items-center gap-2">
              <span className="figures font-medium">Version {version.version}</span>
              {version.version === current && <Badge tone="accent">runs start here</Badge>}
            </p>
            <p className="truncate text-xs text-subtle" dir="auto">
              <RelativeTime at={version.createdAt} />
              {version.note !== "" && ` · ${version.note}`}
            </p>
          </div>
          <IconButton
            label={`Download version ${version.version}`}
            icon={<Download aria-hidden />}
            onClick={() => void downloadVersion(api, workflowId, version.version)}
          />
          {mayWrite && (
            <IconButton
              label={`Bring version ${version.version} back`}
              icon={<RotateCcw aria-hidden />}
              onClick={() => view.setState({ dialog: "restore", version: version.version })}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
