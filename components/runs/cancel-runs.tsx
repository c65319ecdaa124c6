"use client";

import { startAnswerSchema } from "../../contracts/api/run.ts";
import { ApiError, errorWords } from "../api-client.ts";
import type { Run } from "../records/run.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";

/** Requests under way at once: many enough to be quick, few enough for the server to serve others. */
const together = 4;

interface CancelRunsProps {
  /** The chosen runs that are not over. */
  runs: readonly Run[];
  chosen: number;
  onDone(): void;
}

/** What can be done with the runs that are chosen. */
export function CancelRuns({ runs, chosen, onDone }: CancelRunsProps) {
  const api = useApi();
  async function cancel() {
    const left = [...runs];
    const faults: string[] = [];
    async function work() {
      for (let run = left.shift(); run !== undefined; run = left.shift()) {
        try {
          await api.call("POST", `/runs/${run.id}/cancel`, startAnswerSchema, { reason: "Cancelled from the list" });
        } catch (thrown) {
          // One that ended in the meantime needs no cancelling.
          if (!(thrown instanceof ApiError && thrown.status === 409)) faults.push(errorWords(thrown));
        }
      }
    }
    await Promise.all(Array.from({ length: together }, work));
    const [fault] = faults;
    if (fault !== undefined) {
      toast({ tone: "failure", title: `${faults.length} runs were not cancelled`, description: fault });
    }
    onDone();
  }
  const words = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  return (
    <div
      role="group"
      aria-label="Chosen runs"
      className="sticky top-12 z-10 flex min-h-11 items-center gap-3 border-b bg-selected px-4 py-1.5 text-sm"
    >
      <span aria-live="polite">
        {chosen} chosen{runs.length < chosen && `, ${runs.length} of them not over`}
      </span>
      <Button className="ml-auto" onClick={onDone}>
        Choose none
      </Button>
      {runs.length > 0 && (
        <AlertDialog
          trigger={<Button tone="danger">Cancel {words}</Button>}
          title={`Cancel ${words}?`}
          description="Steps that are at work are stopped, and nothing after them runs. What was done until now stays in the journal."
          confirm={`Cancel ${words}`}
          onConfirm={cancel}
        />
      )}
    </div>
  );
}
