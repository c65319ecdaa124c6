"use client";

import { Trash2 } from "lucide-react";
import { roleSchema, type Role } from "../../contracts/api/common.ts";
import { listMembers, may, type Member } from "../records/organization.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { Badge } from "../ui/badge.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Select } from "../ui/select.tsx";
import { toast } from "../ui/toast.tsx";
import { Invitations } from "./invitations.tsx";

const roleWords: Record<Role, string> = {
  owner: "everything, and who owns",
  admin: "everything but owners",
  builder: "draws and runs workflows",
  operator: "runs workflows",
  approver: "decides approvals",
  viewer: "reads",
};

/** Who belongs to the organisation, and as what. The database keeps the rules; its words are shown where it refuses. */
export function Members({ initial }: { initial: Member[] }) {
  const supabase = useSupabase();
  const { organization, user } = useWorkspace();
  const members = useLiveQuery(organization.id, initial, async () => listMembers(await supabase(), organization.id));
  const administers = may(organization.role, "administer");

  async function change(member: Member, role: Role) {
    const { error } = await (
      await supabase()
    )
      .from("memberships")
      .update({ role })
      .eq("org_id", organization.id)
      .eq("user_id", member.user_id);
    told(error, `${nameOf(member)} is now ${role}`);
  }
  async function remove(member: Member) {
    const { error } = await (
      await supabase()
    )
      .from("memberships")
      .delete()
      .eq("org_id", organization.id)
      .eq("user_id", member.user_id);
    told(error, `${nameOf(member)} is no longer a member`);
  }
  function told(error: { message: string; hint?: string } | null, done: string) {
    if (error === null) toast({ tone: "success", title: done });
    else toast({ tone: "failure", title: "Nothing was changed", description: `${error.message} ${error.hint ?? ""}` });
    members.refresh();
  }

  return (
    <>
      <Card className="overflow-hidden">
        <CardHeader
          title="Members"
          description="Roles go from reading to owning; each holds what the ones after it hold."
        />
        <ul>
          {(members.value ?? []).map((member) => {
            // An admin neither makes nor changes owners; nobody locks themselves out by a slip.
            const editable =
              administers && member.user_id !== user.id && (organization.role === "owner" || member.role !== "owner");
            return (
              <li
                key={member.user_id}
                className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0"
              >
                <Avatar name={nameOf(member)} />
                <div className="min-w-0 flex-1">
                  <p className="truncate text-sm font-medium">
                    {nameOf(member)}{" "}
                    {member.user_id === user.id && <span className="font-normal text-subtle">(you)</span>}
                  </p>
                  <p className="truncate text-xs text-muted">{member.profiles?.email}</p>
                </div>
                {editable ? (
                  <>
                    <Select
                      size="small"
                      label={`Role of ${nameOf(member)}`}
                      value={member.role}
                      onValueChange={(value) => void change(member, roleSchema.parse(value))}
                      options={roleSchema.options
                        .filter((role) => role !== "owner" || organization.role === "owner")
                        .map((role) => ({ value: role, label: role, hint: roleWords[role] }))}
                    />
                    <AlertDialog
                      trigger={<IconButton label={`Remove ${nameOf(member)}`} icon={<Trash2 aria-hidden />} />}
                      title={`Remove ${nameOf(member)}?`}
                      description="They lose access at once. What they made and decided stays, under their name."
                      confirm="Remove the member"
                      onConfirm={() => remove(member)}
                    />
                  </>
                ) : (
                  <Badge>{member.role}</Badge>
                )}
              </li>
            );
          })}
        </ul>
      </Card>
      {administers && <Invitations roleWords={roleWords} />}
    </>
  );
}

function nameOf(member: Member): string {
  return member.profiles?.name ?? member.profiles?.email ?? "A member";
}
