"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { StepView } from "../../engine/run/projection.ts";
import { classNames } from "../ui/class-names.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Status } from "../ui/status.tsx";
import { TabPanel, Tabs } from "../ui/tabs.tsx";
import { moneyWords } from "../ui/time-words.ts";
import { whatToDo } from "./advice.ts";
import { DecisionCard } from "./decision-card.tsx";
import { GoOnFrom } from "./go-on-from.tsx";
import { useShown } from "./screen/use-screen.tsx";
import { Elapsed } from "./graph/elapsed.tsx";
import { IterationPicker } from "./iteration-picker.tsx";
import { StepHistory } from "./step-history.tsx";
import { stepStatus } from "./step-status.ts";
import { textKey, type RunFollower } from "./run-store.ts";
import { useRunState } from "./use-run.ts";
import { ValueView } from "./value-view.tsx";

interface StepDetailProps {
  step: StepView;
  follower: RunFollower;
  /** On narrow screens: back to the list. */
  onBack?: (() => void) | undefined;
}

/** Everything about one step: what it gives or is giving, what it was given, how it went. */
export function StepDetail({ step, follower, onBack }: StepDetailProps) {
  const status = stepStatus(step);
  // Not mounted anew for each step: going back in time passes a hundred of them a second.
  const [asked, setAsked] = useState<{ step: string; tab: string } | null>(null);
  const tab = asked?.step === step.step ? asked.tab : status === "waiting-person" ? "input" : "output";
  const live = useShown((state) => state.at === null);
  return (
    <section aria-label={step.name} className="flex min-h-full flex-col">
      <header className="grid gap-1.5 px-4 pt-3 pb-2">
        <div className="flex items-center gap-2">
          {onBack !== undefined && (
            <IconButton
              label="Back to the steps"
              icon={<ArrowLeft aria-hidden />}
              onClick={onBack}
              className="-ml-1.5"
            />
          )}
          <h2 className="min-w-0 flex-1 truncate text-base font-semibold" dir="auto">
            {step.name}
          </h2>
          <GoOnFrom step={step} follower={follower} />
          <Status name={status} as="badge" attempt={step.attempt + 1} maxAttempts={step.maxAttempts} />
        </div>
        <StepFigures step={step} />
      </header>
      {step.error !== null && (
        <ErrorState
          className="mx-4 mb-2"
          title={
            status === "breaker-open"
              ? "Cut off: what it calls keeps failing"
              : step.retryAt !== null
                ? "The last attempt failed"
                : step.status === "failed"
                  ? "The step failed"
                  : "It failed, and went on with its default"
          }
          description={
            <>
              {step.error.message} <code className="font-mono text-2xs text-subtle">{step.error.code}</code>
              {step.status === "failed" && <span className="mt-1 block text-ink">{whatToDo(step.error.code)}</span>}
              {step.retryAt !== null && (
                <>
                  <br />
                  {status === "breaker-open" ? "It is tried again" : "The next attempt begins"}{" "}
                  <RelativeTime at={step.retryAt} live />.
                </>
              )}
            </>
          }
        />
      )}
      {step.approvalId !== null && status !== "waiting-person" && <DecisionCard step={step.step} />}
      {status === "waiting-person" && live && (
        <div className="mx-4 mb-2">
          <Button asChild tone="primary" size="medium">
            <Link href={`/approvals/${step.approvalId}`}>Open the approval</Link>
          </Button>
        </div>
      )}
      <Tabs
        label={`About ${step.name}`}
        value={tab}
        onValueChange={(next) => setAsked({ step: step.step, tab: next })}
        className="flex-1"
        tabs={[
          { value: "output", label: "Output" },
          { value: "input", label: "Input" },
          { value: "history", label: "Attempts and log", count: step.attempts.length + step.logs.length },
        ]}
      >
        <TabPanel value="output" className="p-4">
          <StepOutput step={step} follower={follower} />
        </TabPanel>
        <TabPanel value="input" className="p-4">
          <ValueView key={step.node} value={step.input} label="the resolved input" />
        </TabPanel>
        <TabPanel value="history" className="p-4">
          <StepHistory step={step} />
        </TabPanel>
      </Tabs>
    </section>
  );
}

function StepFigures({ step }: { step: StepView }) {
  const tokens = step.usage.reduce((sum, each) => sum + each.inputTokens + each.outputTokens, 0);
  const cost = step.usage.reduce((sum, each) => sum + each.costUsd, 0);
  const agents = [...new Set(step.usage.flatMap(({ agent }) => (agent ? [`${agent.name} v${agent.version}`] : [])))];
  const models = [...new Set(step.usage.map((each) => each.model))];
  return (
    <div className="figures flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
      <code className="font-mono text-2xs text-subtle">{step.step}</code>
      <span>{step.type}</span>
      <IterationPicker step={step} />
      {step.startedAt !== null && step.status !== "skipped" && <Elapsed step={step} />}
      {step.attempt > 1 && <span>attempt {step.attempt}</span>}
      {agents.length > 0 && <span dir="auto">{agents.join(", ")}</span>}
      {models.length > 0 && <span>{models.join(", ")}</span>}
      {tokens > 0 && <span>{tokens.toLocaleString("en")} tokens</span>}
      {step.usage.length > 0 && <span>{moneyWords(cost)}</span>}
      {step.usage.some((each) => each.demo) && (
        <Badge title="The offline demo model answered this step">demo model</Badge>
      )}
    </div>
  );
}

function StepOutput({ step, follower }: { step: StepView; follower: RunFollower }) {
  const streamed = useRunState(follower, (state) => state.texts.get(textKey(step.step, step.attempt)));
  const live = useShown((state) => state.at === null);
  if (step.status === "completed") return <ValueView key={step.node} value={step.output} label="the output" />;
  if (live && streamed !== undefined) {
    const isJson = /^\s*[[{]/.test(streamed);
    return (
      <div className="grid gap-2">
        <p className="text-xs text-subtle">As it is being written. The answer counts when the step completes.</p>
        {/* Plain, not Markdown: half a table or half a link would jump with every piece. */}
        <p
          data-streaming
          className={classNames("max-w-[72ch] text-sm break-words whitespace-pre-wrap", isJson && "font-mono text-xs")}
          dir="auto"
        >
          {streamed}
          <span aria-hidden className="ml-0.5 inline-block h-3.5 w-1.5 translate-y-0.5 animate-pulse bg-running" />
        </p>
      </div>
    );
  }
  return <p className="text-sm text-subtle">{words[step.status] ?? "Nothing."}</p>;
}

const words: Partial<Record<StepView["status"], string>> = {
  pending: "The step has not begun.",
  queued: "The step waits for a worker.",
  running: "The step is at work.",
  waiting: "The step is waiting.",
  skipped: "The step was skipped: no way through the graph led to it.",
  cancelled: "The step was cancelled before it gave anything.",
  failed: "The step gave nothing.",
};
