"use client";

import { useState } from "react";
import { anyAnswer, errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { toast } from "../ui/toast.tsx";
import type { RunFollower } from "./run-store.ts";

export type Control = "cancel" | "pause" | "resume" | "retry";

const refused: Record<Control, string> = {
  cancel: "The run was not cancelled",
  pause: "The run was not paused",
  resume: "The run was not resumed",
  retry: "The run was not taken up again",
};

/** What may be done with a run. The page shows the effect when the journal tells it, not before. */
export function useControl(runId: string, follower: RunFollower) {
  const api = useApi();
  const { organization } = useWorkspace();
  const [busy, setBusy] = useState<Control | null>(null);
  return {
    allowed: may(organization.role, "operate"),
    busy,
    async act(verb: Control, body: { from?: string } = {}): Promise<void> {
      setBusy(verb);
      try {
        await api.call("POST", `/runs/${runId}/${verb}`, anyAnswer, body);
        follower.wake();
      } catch (thrown) {
        toast({ tone: "failure", title: refused[verb], description: errorWords(thrown) });
      }
      setBusy(null);
    },
  };
}
