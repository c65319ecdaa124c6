"use client";

import { Pause, Play, RotateCcw, Square } from "lucide-react";
import { isRunEnded } from "../../engine/run/status.ts";
import type { Run } from "../records/run.ts";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Button } from "../ui/button.tsx";
import type { RunFollower } from "./run-store.ts";
import { useControl } from "./use-control.ts";
import { useRunState } from "./use-run.ts";

/** What can be done with the run now, also while its past is looked at. */
export function RunActions({ run, follower }: { run: Run; follower: RunFollower }) {
  const status = useRunState(follower, (state) => state.view.status);
  const { allowed, busy, act } = useControl(run.id, follower);
  if (!allowed) return null;
  if (status === "failed") {
    return (
      <Button
        tone="primary"
        busy={busy === "retry"}
        title="Goes on at the steps that failed. What completed is kept."
        onClick={() => void act("retry")}
      >
        <RotateCcw aria-hidden /> Retry
      </Button>
    );
  }
  if (isRunEnded(status)) return null;
  return (
    <>
      {status === "paused" ? (
        <Button tone="primary" busy={busy === "resume"} onClick={() => void act("resume")}>
          <Play aria-hidden /> Resume
        </Button>
      ) : (
        <Button
          busy={busy === "pause"}
          title="Steps that work now finish; no new one begins until somebody resumes."
          onClick={() => void act("pause")}
        >
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
