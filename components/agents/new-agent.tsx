"use client";

import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { z } from "zod";
import { createAgentSchema } from "../../contracts/api/agent.ts";
import { failureOf, type Failure } from "../settings/form-faults.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { agentFaults } from "./agent-faults.ts";
import { AgentFields, blank, bodyOf } from "./agent-fields.tsx";

const madeSchema = z.object({ id: z.string() });

/** Registers an agent, and goes to its page. What was typed stays until it is stored. */
export function NewAgentButton({ tone = "primary" }: { tone?: "primary" | "neutral" }) {
  const api = useApi();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [written, setWritten] = useState(blank);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const body = bodyOf(written);
  const faults = agentFaults(createAgentSchema, body);

  async function send() {
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    setBusy(true);
    setFailure(null);
    try {
      const { id } = await api.call("POST", "/agents", madeSchema, body);
      router.push(`/agents/${id}`);
    } catch (thrown) {
      setFailure(failureOf(thrown));
      setBusy(false);
    }
  }

  return (
    <>
      <Button tone={tone} onClick={() => setOpen(true)}>
        <Plus aria-hidden /> New agent
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="New agent"
        description="Steps of workflows name it, and follow its newest version or stay on one."
        width="wide"
        footer={
          <>
            <Button size="medium" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button type="submit" form="new-agent" size="medium" tone="primary" busy={busy}>
              Register the agent
            </Button>
          </>
        }
      >
        <form
          id="new-agent"
          noValidate
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          {failure !== null && <ErrorState title="Nothing was stored" {...failure} />}
          <AgentFields value={written} faults={tried ? faults : {}} onChange={setWritten} />
        </form>
      </Dialog>
    </>
  );
}
