"use client";

import { Pause, Play, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { isRunEnded, type RunStatus } from "../../engine/run/status.ts";
import { useCommandSource } from "../commands/commands-provider.tsx";
import type { Run } from "../records/run.ts";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Button } from "../ui/button.tsx";
import type { RunFollower } from "./run-store.ts";
import { type Control, useControl } from "./use-control.ts";
import { useRunState } from "./use-run.ts";

/** What can be done with the run now, also while its past is looked at. */
export function RunActions({ run, follower }: { run: Run; follower: RunFollower }) {
  const status = useRunState(follower, (state) => state.view.status);
  const { allowed, busy, act } = useControl(run.id, follower);
  const [asking, setAsking] = useState(false);
  useRunCommands({ status, allowed, act, cancel: () => setAsking(true) });
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
        open={asking}
        onOpenChange={setAsking}
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

interface RunCommands {
  status: RunStatus;
  allowed: boolean;
  act(verb: Control): Promise<void>;
  cancel(): void;
}

function useRunCommands({ status, allowed, act, cancel }: RunCommands): void {
  const group = "Run";
  const open = (): boolean => allowed && !isRunEnded(status);
  useCommandSource({
    commands: () => [
      {
        id: "pause-run",
        title: status === "paused" ? "Resume the run" : "Pause the run",
        group,
        keys: ["p"],
        once: true,
        offered: open,
        run: () => void act(status === "paused" ? "resume" : "pause"),
      },
      {
        id: "retry-run",
        title: "Retry from the failed step",
        group,
        keys: ["Shift+r"],
        once: true,
        offered: () => allowed && status === "failed",
        run: () => void act("retry"),
      },
      { id: "cancel-run", title: "Cancel the run", group, keys: ["Shift+x"], once: true, offered: open, run: cancel },
    ],
  });
}
