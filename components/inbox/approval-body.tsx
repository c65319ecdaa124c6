import { Clock, Sparkles, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { LongText } from "../monitor/long-text.tsx";
import { ValueView } from "../monitor/value-view.tsx";
import { asWritten } from "../ui/as-written.ts";
import { Badge } from "../ui/badge.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Status, type StatusName } from "../ui/status.tsx";
import type { ApprovalSubject } from "./decision.ts";

/** What is asked, by what, until when, what is recommended and why, and the evidence. Shown the same in the inbox and behind a link. */
export function ApprovalBody({ approval, beside }: { approval: ApprovalSubject; beside?: ReactNode }) {
  const recommended = approval.options.find((option) => option.id === approval.recommended);
  return (
    <article aria-label={approval.title} className="grid gap-6 p-4 sm:p-6">
      <header className="grid gap-2">
        <div className="flex flex-wrap items-center gap-2">
          <Status name={approvalStatus(approval)} as="badge" {...statusWords(approval)} />
          <UrgencyBadge urgency={approval.urgency} />
          {approval.irreversible && (
            <Badge tone="failed">
              <TriangleAlert aria-hidden /> cannot be undone
            </Badge>
          )}
          {beside}
        </div>
        <h2 className="text-xl font-semibold text-pretty break-words" dir="auto">
          {asWritten(approval.title)}
        </h2>
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
          <span>
            Asked by <span className="font-medium text-ink">{asWritten(approval.workflowName)}</span> at{" "}
            <span className="font-mono text-2xs">{approval.nodeId}</span>
          </span>
          <RelativeTime at={approval.createdAt} />
          <Deadline approval={approval} />
        </p>
      </header>
      {approval.description !== "" && <LongText text={approval.description} as="formatted" />}
      {(recommended !== undefined || approval.recommendation !== null) && (
        <section aria-label="Recommendation" className="grid gap-2 rounded-lg border border-accent/40 p-4">
          <h3 className="flex items-center gap-2 text-sm font-semibold">
            <Sparkles aria-hidden className="size-4 text-accent-text" />
            {recommended === undefined ? "What the agents say" : `The agents recommend: ${recommended.label}`}
          </h3>
          {approval.recommendation !== null && <LongText text={approval.recommendation} as="formatted" />}
        </section>
      )}
      {hasContent(approval.context) && (
        <section aria-label="Evidence" className="grid gap-2">
          <h3 className="text-sm font-semibold">What it rests on</h3>
          <ValueView value={approval.context} label="the evidence" />
        </section>
      )}
      <Decided approval={approval} />
    </article>
  );
}

/** The state of a request in the one language of states. */
export function approvalStatus(approval: Pick<ApprovalSubject, "status" | "options" | "decision">): StatusName {
  if (approval.status === "pending") return "waiting-person";
  if (approval.status !== "decided") return approval.status;
  const kind = approval.options.find((option) => option.id === approval.decision)?.kind;
  return kind === "reject" ? "failed" : kind === "changes" ? "retrying" : "completed";
}

/** The words for a decided request: the label of the option that was chosen. */
export function statusWords(approval: Pick<ApprovalSubject, "status" | "options" | "decision">): { word?: string } {
  if (approval.status === "pending") return { word: "Waits for a decision" };
  if (approval.status !== "decided") return {};
  return {
    word: approval.options.find((option) => option.id === approval.decision)?.label ?? approval.decision ?? "Decided",
  };
}

export function UrgencyBadge({ urgency }: { urgency: ApprovalSubject["urgency"] }) {
  if (urgency === "normal") return null;
  const tone = urgency === "critical" ? "failed" : urgency === "high" ? "waiting" : "neutral";
  return <Badge tone={tone}>{urgency} urgency</Badge>;
}

function Deadline({ approval }: { approval: ApprovalSubject }) {
  if (approval.deadlineAt === null || approval.status !== "pending") return null;
  const then = { reject: "it is rejected", escalate: "it goes to the next person", approve: "it is approved" }[
    approval.onTimeout
  ];
  return (
    <span className="inline-flex items-center gap-1">
      <Clock aria-hidden className="size-3.5 text-waiting" />
      <span>
        due <RelativeTime at={approval.deadlineAt} live className="font-medium text-ink" />, then {then}
      </span>
    </span>
  );
}

function Decided({ approval }: { approval: ApprovalSubject }) {
  if (approval.decidedAt === null) return null;
  return (
    <section aria-label="Decision" className="grid gap-2 rounded-lg border bg-sunken p-4 text-sm">
      <p>
        <span className="font-medium">{statusWords(approval).word ?? approval.status}</span> by{" "}
        {approval.decidedByLabel ?? "the system"}
        {approval.decidedVia !== null && approval.decidedVia !== "app" && (
          <span className="text-muted"> ({approval.decidedVia})</span>
        )}{" "}
        <RelativeTime at={approval.decidedAt} className="text-muted" />
      </p>
      {approval.comment !== null && approval.comment !== "" && (
        <blockquote dir="auto" className="border-l-2 pl-3 break-words whitespace-pre-wrap text-muted">
          {approval.comment}
        </blockquote>
      )}
      {hasContent(approval.fields) && <ValueView value={approval.fields} label="the fields" />}
    </section>
  );
}

function hasContent<Value>(value: Value): value is NonNullable<Value> {
  return value !== null && (typeof value !== "object" || Object.keys(value).length > 0);
}
