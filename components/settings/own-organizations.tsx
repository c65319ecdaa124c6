"use client";

import { Plus } from "lucide-react";
import { anyAnswer, errorWords } from "../api-client.ts";
import { chooseOrganization } from "../shell/organization-cookie.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { toast } from "../ui/toast.tsx";

function goTo(id: string) {
  chooseOrganization(id);
  // Nothing of the one may stay on the screen of the other.
  location.assign("/home");
}

/** The organisations one belongs to: go to another, make one, leave this one. */
export function OwnOrganizations() {
  const api = useApi();
  const { organization, organizations } = useWorkspace();

  async function leave() {
    try {
      await api.call("POST", "/organization/leave", anyAnswer, {});
      const other = organizations.find(({ id }) => id !== organization.id);
      if (other === undefined) location.assign("/welcome");
      else goTo(other.id);
    } catch (thrown) {
      toast({ tone: "failure", title: "You are still a member", description: errorWords(thrown) });
    }
  }

  return (
    <Card className="overflow-hidden">
      <CardHeader
        title="Your organisations"
        description="Each has its own workflows, members and secrets."
        actions={
          <Button onClick={() => location.assign("/welcome")}>
            <Plus aria-hidden /> New organisation
          </Button>
        }
      />
      <ul>
        {organizations.map((each) => (
          <li key={each.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0">
            <Avatar name={each.name} shape="square" />
            <p className="min-w-0 flex-1 truncate text-sm font-medium">
              {each.name} {each.id === organization.id && <span className="font-normal text-subtle">(this one)</span>}
            </p>
            <Badge>{each.role}</Badge>
            {each.id === organization.id ? (
              <AlertDialog
                trigger={<Button tone="quiet-danger">Leave</Button>}
                title={`Leave ${organization.name}?`}
                description="You lose access at once; somebody has to invite you to come back. What you made and decided stays, under your name."
                confirm="Leave the organisation"
                onConfirm={leave}
              />
            ) : (
              <Button tone="quiet" onClick={() => goTo(each.id)}>
                Go there
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
