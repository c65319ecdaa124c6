"use client";

import { ArrowLeft, CircleCheckBig, Inbox } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef, useState, type Ref } from "react";
import { z } from "zod";
import { approvalPageSchema, approvalViewSchema, type ApprovalView } from "../../contracts/api/approval.ts";
import { anyAnswer, ApiError, errorWords } from "../api-client.ts";
import { ConnectionMark } from "../shell/connection-mark.tsx";
import { type LiveQuery, useLiveQuery } from "../shell/live-query.ts";
import { useOrganizationChannel } from "../shell/organization-channel.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SegmentedControl } from "../ui/segmented-control.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { toast } from "../ui/toast.tsx";
import { ApprovalBody, statusWords } from "./approval-body.tsx";
import { ApprovalLine } from "./approval-line.tsx";
import { useInboxKeys } from "./inbox-keys.ts";
import { inboxAddress, type Which } from "./inbox-address.ts";
import { Delegate } from "./delegate-dialog.tsx";
import { RunSoFar } from "./run-so-far.tsx";
import { DecisionBar, type DecisionBody, type DecisionHandle } from "./decision-bar.tsx";

const donePageSchema = z.object({ items: z.array(approvalViewSchema) });

interface ApprovalInboxProps {
  /** The approval in the address. */
  asked: string | null;
  /** The list that the address names. */
  show: Which;
  /** What waits, where the server read it already. */
  initial: ApprovalView[] | null;
}

/** The inbox: what waits at the left, at the right all that is needed to decide. */
export function ApprovalInbox({ asked, show, initial }: ApprovalInboxProps) {
  const api = useApi();
  const { connection } = useOrganizationChannel();
  const [which, setWhich] = useState(show);
  const [chosen, setChosen] = useState(asked);
  const bar = useRef<DecisionHandle>(null);

  const list = useApprovals(which, initial);
  // What was decided here is gone at once; the list is read again a moment later.
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const all = which === "done" ? (list.value ?? []) : (list.value ?? []).filter(({ id }) => !decided.has(id));
  const approvals = which === "mine" ? all.filter((each) => each.canDecide) : all;
  const alone = useApproval(chosen, approvals);
  const current = alone ?? (asked === null ? approvals[0] : undefined);

  function choose(id: string | null) {
    setChosen(id);
    history.replaceState(null, "", inboxAddress(id, which));
  }

  function look(at: Which) {
    setWhich(at);
    setChosen(null);
    history.replaceState(null, "", inboxAddress(null, at));
  }

  const at = approvals.findIndex((each) => each.id === current?.id);
  // An answer may come after others were given: what is shown next is chosen from the list as it is then.
  const shown = useRef(approvals);
  useEffect(() => {
    shown.current = approvals;
  });
  useInboxKeys({
    move: (by) => {
      const next = approvals[Math.min(approvals.length - 1, Math.max(0, at + by))];
      if (next !== undefined) choose(next.id);
    },
    decide: (kind) => bar.current?.decide(kind),
  });

  async function decide(approval: ApprovalView, body: DecisionBody) {
    try {
      await api.call("POST", `/approvals/${approval.id}/decision`, anyAnswer, body);
    } catch (thrown) {
      // Somebody else was first: the list shows who and what, as soon as it is read again.
      if (thrown instanceof ApiError && thrown.status === 409) list.refresh();
      throw thrown;
    }
    const word = approval.options.find((option) => option.id === body.decision)?.label ?? body.decision;
    toast({ tone: "success", title: `${word}: ${approval.title}` });
    setDecided((before) => new Set(before).add(approval.id));
    choose(neighbourOf(approval.id, shown.current));
    list.refresh();
  }

  const open = chosen !== null;
  return (
    <>
      <PageHeader
        title="Approvals"
        beside={<ConnectionMark connection={connection} />}
        actions={
          <SegmentedControl
            label="Which approvals"
            value={which}
            onValueChange={look}
            options={[
              { value: "mine", label: "For me" },
              { value: "all", label: "All" },
              { value: "done", label: "Done" },
            ]}
          />
        }
      />
      {list.error !== null && (
        <ErrorState
          className="m-4"
          title="The inbox is not up to date"
          description={list.error}
          actions={<Button onClick={list.refresh}>Try again</Button>}
        />
      )}
      {list.value === null && list.error === null && <SkeletonRows label="Reading the inbox" />}
      {list.value !== null && approvals.length === 0 && current === undefined && (
        <NoApprovals which={which} others={all.length} onLook={look} />
      )}
      {(approvals.length > 0 || current !== undefined) && (
        <div className="grid min-h-0 flex-1 md:grid-cols-[minmax(260px,320px)_minmax(0,1fr)]">
          <InboxList approvals={approvals} current={current?.id ?? null} hidden={open} onChoose={choose} />
          <div className={classNames("flex min-h-0 flex-col overflow-y-auto", !open && "max-md:hidden")}>
            {current !== undefined && (
              <ApprovalPane
                key={current.id}
                approval={current}
                bar={bar}
                onBack={() => choose(null)}
                onDecide={(body) => decide(current, body)}
                onDelegated={list.refresh}
              />
            )}
          </div>
        </div>
      )}
    </>
  );
}

/** What waits, or what is over, newest first; read again as things change. */
function useApprovals(which: Which, initial: ApprovalView[] | null): LiveQuery<ApprovalView[]> {
  const api = useApi();
  const { organization } = useWorkspace();
  return useLiveQuery<ApprovalView[]>(
    `${organization.id} ${which === "done" ? "done" : "pending"}`,
    initial,
    async () => {
      if (which !== "done")
        return (await api.call("GET", "/approvals?status=pending&limit=200", approvalPageSchema)).items;
      const pages = await Promise.all(
        ["decided", "expired", "cancelled"].map((status) =>
          api.call("GET", `/approvals?status=${status}&limit=50`, donePageSchema),
        ),
      );
      return pages.flatMap((page) => page.items).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
    },
  );
}

/** The request that follows the one decided, else the one before it; null when it was the last. */
function neighbourOf(id: string, approvals: readonly ApprovalView[]): string | null {
  const at = approvals.findIndex((each) => each.id === id);
  return (approvals[at + 1] ?? approvals[at - 1])?.id ?? null;
}

interface InboxListProps {
  approvals: readonly ApprovalView[];
  current: string | null;
  /** On narrow screens the list gives way to the one that was opened. */
  hidden: boolean;
  onChoose(id: string): void;
}

function InboxList({ approvals, current, hidden, onChoose }: InboxListProps) {
  return (
    <div className={classNames("flex min-h-0 flex-col border-line md:border-r", hidden && "max-md:hidden")}>
      <ul aria-label="Approvals" className="min-h-0 flex-1 overflow-y-auto">
        {approvals.map((approval) => (
          <li key={approval.id}>
            <ApprovalLine approval={approval} chosen={approval.id === current} onChoose={() => onChoose(approval.id)} />
          </li>
        ))}
      </ul>
      <p className="hidden items-center gap-1.5 border-t px-4 py-2 text-xs text-subtle md:flex">
        <Kbd>J</Kbd>
        <Kbd>K</Kbd> move <Kbd>A</Kbd> approve <Kbd>R</Kbd> reject
      </p>
    </div>
  );
}

interface ApprovalPaneProps {
  approval: ApprovalView;
  bar: Ref<DecisionHandle>;
  onBack(): void;
  onDecide(body: DecisionBody): Promise<void>;
  onDelegated(): void;
}

function ApprovalPane({ approval, bar, onBack, onDecide, onDelegated }: ApprovalPaneProps) {
  return (
    <>
      <IconButton
        label="Back to the list"
        icon={<ArrowLeft aria-hidden />}
        onClick={onBack}
        className="mt-2 ml-2 md:hidden"
      />
      <div className="flex-1">
        {approval.delegation !== null && <Delegated delegation={approval.delegation} />}
        <ApprovalBody
          approval={approval}
          beside={
            <>
              <RunSoFar runId={approval.runId} />
              <Link
                href={`/runs/${approval.runId}`}
                className="text-xs text-accent-text underline-offset-2 hover:underline"
              >
                Open the run
              </Link>
              {approval.status === "pending" && approval.canDecide && (
                <span className="ml-auto">
                  <Delegate approval={approval} onDelegated={onDelegated} />
                </span>
              )}
            </>
          }
        />
      </div>
      {approval.status === "pending" &&
        (approval.canDecide ? (
          <DecisionBar ref={bar} approval={approval} onDecide={onDecide} keys />
        ) : (
          <p className="sticky bottom-0 border-t bg-surface px-6 py-3 text-sm text-muted">
            This is not yours to decide: it is assigned to {assigneeWords(approval)}.
          </p>
        ))}
      {approval.status !== "pending" && <p className="sr-only">{statusWords(approval).word}</p>}
    </>
  );
}

/** Who handed the request on, and why: the first thing the next one wants to know. */
function Delegated({ delegation }: { delegation: NonNullable<ApprovalView["delegation"]> }) {
  return (
    <div className="mx-4 mt-4 rounded-lg border bg-sunken px-4 py-2.5 text-xs text-muted sm:mx-6">
      <p>
        Handed on by <span className="font-medium text-ink">{delegation.byLabel}</span>{" "}
        <RelativeTime at={delegation.at} />
      </p>
      {delegation.note !== null && (
        <p dir="auto" className="mt-1 text-sm break-words whitespace-pre-wrap text-ink">
          {delegation.note}
        </p>
      )}
    </div>
  );
}

function assigneeWords({ assignee }: ApprovalView): string {
  switch (assignee.kind) {
    case "anyone":
      return "members who may decide";
    case "role":
      return `those with the role ${assignee.id ?? ""}`;
    case "user":
      return "somebody else";
    case "group":
      return "a group you are not in";
  }
}

/** The chosen approval: from the list where it stands there, else by itself, since a link may name one that is over. */
function useApproval(id: string | null, list: readonly ApprovalView[]): ApprovalView | undefined {
  const api = useApi();
  const listed = list.find((each) => each.id === id);
  const [fetched, setFetched] = useState<ApprovalView | null>(null);
  const missing = id !== null && listed === undefined;
  useEffect(() => {
    if (!missing) return;
    let wanted = true;
    async function load() {
      try {
        const approval = await api.call("GET", `/approvals/${id}`, approvalViewSchema);
        if (wanted) setFetched(approval);
      } catch (thrown) {
        if (wanted) toast({ tone: "failure", title: "This approval cannot be shown", description: errorWords(thrown) });
      }
    }
    void load();
    return () => {
      wanted = false;
    };
  }, [api, id, missing]);
  return listed ?? (fetched !== null && fetched.id === id ? fetched : undefined);
}

interface NoApprovalsProps {
  which: Which;
  /** How many wait for somebody else. */
  others: number;
  onLook(at: Which): void;
}

function NoApprovals({ which, others, onLook }: NoApprovalsProps) {
  if (which === "done") {
    return (
      <EmptyState
        icon={Inbox}
        title="Nothing has been decided yet"
        description="What was approved, rejected or ran out of time stays here, with who decided and when."
        actions={<Button onClick={() => onLook("mine")}>Show what waits</Button>}
      />
    );
  }
  return (
    <EmptyState
      icon={CircleCheckBig}
      title={others > 0 ? "Nothing waits for you" : "Nothing waits for a decision"}
      description={
        others > 0
          ? `${others === 1 ? "One request waits" : `${others} requests wait`} for other people: they are under All.`
          : "When a workflow reaches an approval it appears here by itself, with what it asks and why. You can leave this page open."
      }
      actions={
        others > 0 ? (
          <Button onClick={() => onLook("all")}>Show all</Button>
        ) : (
          <Button asChild>
            <Link href="/templates">Try a template that asks</Link>
          </Button>
        )
      }
    />
  );
}
