"use client";

import { CircleAlert, ExternalLink, Hand, Square, X } from "lucide-react";
import { isRunEnded, isStepEnded } from "../../../engine/run/status.ts";
import { runStatus } from "../../monitor/step-status.ts";
import { Button } from "../../ui/button.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Duration } from "../../ui/relative-time.tsx";
import { Status } from "../../ui/status.tsx";
import { moneyWords } from "../../ui/time-words.ts";
import { useEditor } from "../editor-context.tsx";
import { stopRun } from "./start-run.ts";
import { useLive } from "./use-live.ts";

/** The run that is shown on the drawing: how it goes, what it asks for, and how to stop it. */
export function RunBar() {
  const parts = useEditor();
  const run = useLive((live) => live.run);
  const view = useLive((live) => live.view);
  const lost = useLive((live) => live.connection === "lost");
  if (run === null) return null;
  const ended = view !== null && isRunEnded(view.status);
  const steps = view?.steps.filter((step) => step.container === null) ?? [];
  const asked = view?.steps.find((step) => step.approvalId !== null && step.status === "waiting");
  return (
    <section
      aria-label="Run on the canvas"
      data-testid="run-bar"
      className="absolute top-3 left-1/2 z-10 flex max-w-[calc(100%-24px)] -translate-x-1/2 items-center gap-2 rounded-lg border border-line bg-raised py-1 pr-1 pl-3 text-xs whitespace-nowrap shadow-raised"
    >
      <Status name={view === null ? "queued" : runStatus(view)} />
      {view?.startedAt != null && (
        <span className="figures text-muted">
          <Duration from={view.startedAt} to={view.endedAt} />
        </span>
      )}
      {view !== null && (
        <span className="figures text-subtle">
          {steps.filter((step) => isStepEnded(step.status)).length} of {steps.length} steps
          {view.costUsd > 0 && ` · ${moneyWords(view.costUsd)}`}
        </span>
      )}
      {lost && <span className="min-w-0 truncate text-waiting">May be behind: no connection</span>}
      {asked !== undefined && (
        <Button asChild tone="primary">
          <a href={`/approvals/${asked.approvalId}`} target="_blank" rel="noreferrer">
            <Hand aria-hidden /> Decide
          </a>
        </Button>
      )}
      {view?.errorStep != null && view.status === "failed" && <FailedStep step={view.errorStep} />}
      <Button asChild tone="quiet">
        <a
          href={`/runs/${run.id}`}
          target="_blank"
          rel="noreferrer"
          title="Timeline, journal and all steps, in a new tab"
        >
          <ExternalLink aria-hidden /> Details
        </a>
      </Button>
      {!ended && (
        <Button
          onClick={() => void stopRun(parts)}
          title="Steps that work now are stopped; a stopped run does not go on."
        >
          <Square aria-hidden /> Stop
        </Button>
      )}
      <IconButton
        label={ended ? "Take the run off the canvas" : "Take it off the canvas; the run goes on"}
        icon={<X aria-hidden />}
        onClick={() => parts.runs.clear()}
      />
    </section>
  );
}

function FailedStep({ step }: { step: string }) {
  const { editor, actions } = useEditor();
  const node = step.slice(step.lastIndexOf(".") + 1);
  return (
    <Button
      tone="quiet-danger"
      onClick={() => {
        editor.goTo(node);
        actions.canvas?.reveal(node);
      }}
    >
      <CircleAlert aria-hidden /> Show the step
    </Button>
  );
}
