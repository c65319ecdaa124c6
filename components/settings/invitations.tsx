"use client";

import { UserPlus } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { roleSchema, type Role } from "../../contracts/api/common.ts";
import { createInvitationSchema, invitationSchema, type Invitation } from "../../contracts/api/invitation.ts";
import { anyAnswer, errorWords } from "../api-client.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { useNow } from "../ui/clock.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Select } from "../ui/select.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { toast } from "../ui/toast.tsx";
import { FormEnd, useForm } from "./credential-forms.tsx";

const listSchema = z.object({ items: z.array(z.object(invitationSchema.shape)) });

/** Those who were asked to join and have not answered. */
export function Invitations({ roleWords }: { roleWords: Record<Role, string> }) {
  const api = useApi();
  const { organization, mailbox } = useWorkspace();
  const [inviting, setInviting] = useState(false);
  const list = useLiveQuery(
    organization.id,
    null,
    async () => (await api.call("GET", "/invitations", listSchema)).items,
  );

  async function act(done: string, failed: string, work: () => Promise<unknown>) {
    try {
      await work();
      toast({ tone: "success", title: done });
    } catch (thrown) {
      toast({ tone: "failure", title: failed, description: errorWords(thrown) });
    }
    list.refresh();
  }

  return (
    <Card className="overflow-hidden">
      <CardHeader
        title="Invitations"
        description={
          mailbox ? "By mail, good for seven days. Mails land in the local mailbox." : "By mail, good for seven days."
        }
        actions={
          <Button onClick={() => setInviting(true)}>
            <UserPlus aria-hidden /> Invite somebody
          </Button>
        }
      />
      {list.error !== null && (
        <ErrorState className="m-4" title="The invitations could not be read" description={list.error} />
      )}
      {list.value === null && list.error === null && <SkeletonRows rows={1} label="Reading the invitations" />}
      {list.value?.length === 0 && <p className="px-4 py-3 text-sm text-muted">Nobody is invited at the moment.</p>}
      <ul>
        {(list.value ?? []).map((invitation) => (
          <InvitationRow
            key={invitation.id}
            invitation={invitation}
            onResend={() =>
              act(`A new link is on its way to ${invitation.email}`, "Nothing was sent", () =>
                api.call("POST", `/invitations/${invitation.id}/resend`, anyAnswer, {}),
              )
            }
            onRevoke={() =>
              act(`The invitation of ${invitation.email} is revoked`, "The invitation stays", () =>
                api.call("DELETE", `/invitations/${invitation.id}`, anyAnswer),
              )
            }
          />
        ))}
      </ul>
      <Dialog open={inviting} onOpenChange={setInviting} title="Invite somebody" width="narrow">
        {inviting && (
          <InviteForm roleWords={roleWords} onDone={() => list.refresh()} onClose={() => setInviting(false)} />
        )}
      </Dialog>
    </Card>
  );
}

interface RowProps {
  invitation: Invitation;
  onResend(): Promise<void>;
  onRevoke(): Promise<void>;
}

function InvitationRow({ invitation, onResend, onRevoke }: RowProps) {
  const { email, role, invitedBy, sentAt, expiresAt } = invitation;
  const now = useNow("slow");
  const expired = Date.parse(expiresAt) <= now;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate text-sm font-medium">{email}</p>
        <p className="figures truncate text-subtle">
          by {invitedBy} ·{" "}
          {sentAt === null ? (
            "the mail could not be sent"
          ) : (
            <>
              sent <RelativeTime at={sentAt} />
            </>
          )}
        </p>
      </div>
      {expired && <Badge tone="waiting">expired</Badge>}
      {sentAt === null && <Badge tone="failed">not sent</Badge>}
      <Badge>{role}</Badge>
      <div className="flex gap-1">
        <Button tone="quiet" onClick={() => void onResend()}>
          Send again
        </Button>
        <AlertDialog
          trigger={<Button tone="quiet-danger">Revoke</Button>}
          title={`Revoke the invitation of ${email}?`}
          description="The link in their mail stops working."
          confirm="Revoke it"
          onConfirm={onRevoke}
        />
      </div>
    </li>
  );
}

interface InviteFormProps {
  roleWords: Record<Role, string>;
  onDone(): void;
  onClose(): void;
}

function InviteForm({ roleWords, onDone, onClose }: InviteFormProps) {
  const { organization } = useWorkspace();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("builder");
  const form = useForm(createInvitationSchema, { email, role }, "POST", "/invitations", () => {
    toast({ tone: "success", title: `${email.trim()} is invited` });
    onDone();
    onClose();
  });
  return (
    <form noValidate onSubmit={form.submit} className="grid gap-4">
      {form.failure !== null && <ErrorState title="Nobody was invited" {...form.failure} />}
      <Field label="E-mail" required hint="They join with an account of this address." error={form.faults["email"]}>
        {(control) => (
          <Input
            {...control}
            type="email"
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Role" required hint={`${roleWords[role]}.`}>
        {({ required: _required, ...control }) => (
          <Select
            {...control}
            value={role}
            onValueChange={(value) => setRole(roleSchema.parse(value))}
            options={roleSchema.options
              .filter((each) => each !== "owner" || organization.role === "owner")
              .map((each) => ({ value: each, label: each, hint: roleWords[each] }))}
          />
        )}
      </Field>
      <FormEnd submit="Send the invitation" busy={form.busy} onClose={onClose} />
    </form>
  );
}
