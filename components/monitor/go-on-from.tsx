"use client";

import { RotateCcw } from "lucide-react";
import { useMemo } from "react";
import type { StepView } from "../../engine/run/projection.ts";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Button } from "../ui/button.tsx";
import { moneyWords } from "../ui/time-words.ts";
import type { RunFollower } from "./run-store.ts";
import { lostByRerun } from "./lost-by-rerun.ts";
import { useScreen } from "./screen/use-screen.tsx";
import { useControl } from "./use-control.ts";
import { useRunState } from "./use-run.ts";

/** Takes a failed run up again at this step, and says what that throws away. */
export function GoOnFrom({ step, follower }: { step: StepView; follower: RunFollower }) {
  const { plan } = useScreen();
  const view = useRunState(follower, (state) => state.view);
  const { allowed, busy, act } = useControl(view.runId, follower);
  const lost = useMemo(
    () => (view.status === "failed" ? lostByRerun(plan, view.steps, step.node) : null),
    [plan, view.status, view.steps, step.node],
  );
  // Inside of containers nothing can be taken up by itself: its iteration may be over.
  if (!allowed || lost === null || step.frame !== "" || step.status === "skipped") return null;
  if (lost.length === 0) {
    return (
      <Button busy={busy === "retry"} onClick={() => void act("retry", { from: step.node })}>
        <RotateCcw aria-hidden /> Go on from here
      </Button>
    );
  }
  const cost = lost.reduce((sum, each) => sum + each.usage.reduce((all, usage) => all + usage.costUsd, 0), 0);
  const names = lost.slice(0, 5).map((each) => each.name);
  const more = lost.length - names.length;
  return (
    <AlertDialog
      trigger={
        <Button busy={busy === "retry"}>
          <RotateCcw aria-hidden /> Go on from here
        </Button>
      }
      title={`Go on from ${step.name}?`}
      description={`The results of ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""} are put aside and made again${cost > 0 ? `, which cost ${moneyWords(cost)} the first time` : ""}. Effects outside of Baton are not undone. The journal keeps what was.`}
      confirm="Go on from here"
      onConfirm={() => act("retry", { from: step.node })}
    />
  );
}
