"use client";

import { Pause, Play, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { isRunEnded } from "../../engine/run/status.ts";
import { anyAnswer, errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import type { Run } from "../records/run.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import type { RunFollower } from "./run-store.ts";
import { useRunState } from "./use-run.ts";

/** What can be done with a run now. The page shows the effect when the journal tells it, not before. */
export function RunActions({ run, follower }: { run: Run; follower: RunFollower }) {
  const api = useApi();
  const { organization } = useWorkspace();
  const status = useRunState(follower, (state) => state.view.status);
  const [busy, setBusy] = useState<string | null>(null);
  if (!may(organization.role, "operate")) return null;

  async function act(verb: "cancel" | "pause" | "resume" | "retry") {
    setBusy(verb);
    try {
      await api.call("POST", `/runs/${run.id}/${verb}`, anyAnswer, {});
      follower.wake();
    } catch (thrown) {
      toast({ tone: "failure", title: `The run could not be changed`, description: errorWords(thrown) });
    }
    setBusy(null);
  }

  if (status === "failed") {
    return (
      <Button tone="primary" busy={busy === "retry"} onClick={() => void act("retry")}>
        <RotateCcw aria-hidden /> Retry
      </Button>
    );
  }
  if (isRunEnded(status)) return null;
  return (
    <>
      {status === "paused" ? (
        <Button busy={busy === "resume"} onClick={() => void act("resume")}>
          <Play aria-hidden /> Resume
        </Button>
      ) : (
        <Button busy={busy === "pause"} onClick={() => void act("pause")}>
          <Pause aria-hidden /> Pause
        </Button>
      )}
      <AlertDialog
        trigger={
          <Button>
            <Square aria-hidden /> Cancel
          </Button>
        }
        title="Cancel this run?"
        description="Steps that work now are stopped and their results are not used. What has completed stays readable. A cancelled run does not go on."
        confirm="Cancel the run"
        onConfirm={() => act("cancel")}
      />
    </>
  );
}
