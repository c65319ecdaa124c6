"use client";

import { UserRoundPlus } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { approvalViewSchema, type ApprovalView } from "../../contracts/api/approval.ts";
import { errorWords } from "../api-client.ts";
import { listMembers, may, type Member } from "../records/organization.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { toast } from "../ui/toast.tsx";

interface DelegateProps {
  approval: ApprovalView;
  onDelegated(): void;
}

/** Hands a request to a colleague, who is asked in place of those before. */
export function Delegate({ approval, onDelegated }: DelegateProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button tone="quiet" onClick={() => setOpen(true)}>
        <UserRoundPlus aria-hidden /> Hand on
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Hand this request on"
        description="They are asked instead. The deadline stays, and so does what happens then."
        width="narrow"
      >
        {open && <DelegateForm approval={approval} onDelegated={onDelegated} onDone={() => setOpen(false)} />}
      </Dialog>
    </>
  );
}

function DelegateForm({ approval, onDelegated, onDone }: DelegateProps & { onDone(): void }) {
  const api = useApi();
  const { members, problem } = useDeciders();
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function send() {
    setBusy(true);
    setFailure(null);
    try {
      const body = { to, note: note.trim() === "" ? null : note.trim() };
      await api.call("POST", `/approvals/${approval.id}/delegate`, approvalViewSchema, body);
      const who = members?.find((member) => member.user_id === to);
      toast({ tone: "success", title: `${who === undefined ? "Somebody else" : nameOf(who)} is asked now` });
      onDone();
      onDelegated();
    } catch (thrown) {
      setFailure(errorWords(thrown));
      setBusy(false);
    }
  }

  if (problem !== null) return <ErrorState title="The members cannot be read now" description={problem} />;
  if (members === null) return <Skeleton className="h-8 w-full" />;
  if (members.length === 0) {
    return (
      <p className="text-sm text-muted">
        Nobody else in this organisation may decide. Invite somebody in{" "}
        <Link href="/settings/members" className="text-accent-text underline underline-offset-2">
          Settings, Members
        </Link>
        .
      </p>
    );
  }
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {failure !== null && <ErrorState title="It was not handed on" description={failure} />}
      <Field label="To" required>
        {({ required: _required, ...control }) => (
          <Select
            {...control}
            value={to}
            placeholder="Choose a member"
            onValueChange={setTo}
            options={members.map((member) => ({ value: member.user_id, label: nameOf(member), hint: member.role }))}
          />
        )}
      </Field>
      <Field label="Why" hint="They read it above the request.">
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            maxLength={1_000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="medium" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" size="medium" tone="primary" busy={busy} disabled={to === ""}>
          Hand on
        </Button>
      </div>
    </form>
  );
}

function nameOf({ profiles }: Member): string {
  return profiles?.name ?? profiles?.email ?? "A member";
}

/** The members who may decide, without the reader. */
function useDeciders(): { members: readonly Member[] | null; problem: string | null } {
  const supabase = useSupabase();
  const { organization, user } = useWorkspace();
  const [members, setMembers] = useState<readonly Member[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const all = await listMembers(await supabase(), organization.id);
        if (here) setMembers(all.filter((member) => member.user_id !== user.id && may(member.role, "decide")));
      } catch (thrown) {
        if (here) setProblem(errorWords(thrown));
      }
    }
    void load();
    return () => {
      here = false;
    };
  }, [supabase, organization.id, user.id]);
  return { members, problem };
}
