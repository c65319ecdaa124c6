import { CircleSlash, CircleX, Hand } from "lucide-react";
import Link from "next/link";
import type { RunEvent } from "../../engine/run/event.ts";
import type { RunView } from "../../engine/run/projection.ts";
import { asWritten } from "../ui/as-written.ts";
import { Button } from "../ui/button.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { stepStatus } from "./step-status.ts";

/** Says which decisions the run waits for, and leads to them. */
export function ApprovalNotice({ view }: { view: RunView }) {
  const waiting = view.steps.filter((step) => stepStatus(step) === "waiting-person");
  return waiting.map((step) => (
    <div
      key={step.step}
      className="mx-4 mb-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-waiting/40 px-3 py-2"
    >
      <Hand aria-hidden className="size-4 shrink-0 text-waiting" />
      <p className="min-w-0 flex-1 text-sm">
        <span className="font-medium">{step.name}</span> <span className="text-muted">waits for a decision</span>
        {step.waitsUntil !== null && (
          <span className="text-muted">
            , due <RelativeTime at={step.waitsUntil} />
          </span>
        )}
      </p>
      <Button asChild tone="primary">
        <Link href={`/approvals/${step.approvalId}`}>Decide</Link>
      </Button>
    </div>
  ));
}

/** Says who cancelled the run, and why. */
export function CancelNotice({ events }: { events: readonly RunEvent[] }) {
  // Nothing follows a cancellation but what it stops.
  const cancelled = events.findLast((event) => event.type === "run-cancelled");
  if (cancelled === undefined) return null;
  return (
    <div className="mx-4 mb-3 flex items-start gap-2.5 rounded-lg border px-3 py-2 text-sm">
      <CircleSlash aria-hidden className="mt-0.5 size-4 shrink-0 text-cancelled" />
      <p className="min-w-0 flex-1 break-words text-muted">
        <span className="font-medium text-ink">Cancelled by {asWritten(cancelled.by.label)}</span>{" "}
        {cancelled.reason !== "" && <span dir="auto">{asWritten(cancelled.reason)}</span>}
      </p>
    </div>
  );
}

/** Says why the run failed, and where. */
export function FailureNotice({ view }: { view: RunView }) {
  if (view.error === null) return null;
  const step = view.steps.find((each) => each.step === view.errorStep);
  return (
    <div
      role="alert"
      className="mx-4 mb-3 flex items-start gap-2.5 rounded-lg border border-failed/40 px-3 py-2 text-sm"
    >
      <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />
      <p className="min-w-0 flex-1 break-words text-muted">
        <span className="font-medium text-ink">{step === undefined ? "The run failed" : `${step.name} failed`}</span>{" "}
        {view.error.message} <code className="font-mono text-2xs text-subtle">{view.error.code}</code>{" "}
        <span className="text-subtle">What had completed is kept.</span>
      </p>
    </div>
  );
}
