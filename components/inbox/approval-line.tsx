import type { ApprovalView } from "../../contracts/api/approval.ts";
import { asWritten } from "../ui/as-written.ts";
import { classNames } from "../ui/class-names.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Status } from "../ui/status.tsx";
import { approvalStatus, statusWords, UrgencyBadge } from "./approval-body.tsx";

interface ApprovalLineProps {
  approval: ApprovalView;
  chosen: boolean;
  onChoose(): void;
}

/** One request in the list: what, from where, how soon. */
export function ApprovalLine({ approval, chosen, onChoose }: ApprovalLineProps) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      data-approval={approval.id}
      onClick={onChoose}
      className={classNames(
        "grid w-full gap-1 border-b px-4 py-3 text-left transition-colors hover:bg-hover focus-visible:-outline-offset-2",
        // On a narrow screen the list stands alone, and nothing is open beside it.
        chosen && "md:bg-selected md:hover:bg-selected",
      )}
    >
      <span className="flex items-center gap-2 text-xs text-muted">
        <span className="min-w-0 flex-1 truncate">{asWritten(approval.workflowName)}</span>
        <RelativeTime at={approval.createdAt} className="figures shrink-0 text-subtle" />
      </span>
      <span className="line-clamp-2 text-sm font-medium break-words" dir="auto">
        {asWritten(approval.title)}
      </span>
      <span className="flex items-center gap-2">
        {approval.status === "pending" ? (
          approval.deadlineAt !== null && (
            <span className="figures text-subtle">
              due <RelativeTime at={approval.deadlineAt} />
            </span>
          )
        ) : (
          <Status name={approvalStatus(approval)} {...statusWords(approval)} />
        )}
        <UrgencyBadge urgency={approval.urgency} />
      </span>
    </button>
  );
}
