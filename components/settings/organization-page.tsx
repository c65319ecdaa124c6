"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { toast } from "../ui/toast.tsx";
import { OwnOrganizations } from "./own-organizations.tsx";

/** The organisation's name, and the others one belongs to. */
export function OrganizationPage() {
  return (
    <>
      <OrganizationName />
      <OwnOrganizations />
    </>
  );
}

function OrganizationName() {
  const supabase = useSupabase();
  const router = useRouter();
  const { organization } = useWorkspace();
  const editable = may(organization.role, "administer");
  const [name, setName] = useState(organization.name);
  const [busy, setBusy] = useState(false);
  const fault = name.trim() === "" ? "An organisation needs a name." : null;

  async function save() {
    setBusy(true);
    const { error } = await (
      await supabase()
    )
      .from("organizations")
      .update({ name: name.trim() })
      .eq("id", organization.id);
    setBusy(false);
    if (error === null) {
      toast({ tone: "success", title: "The name is saved" });
      router.refresh();
    } else toast({ tone: "failure", title: "The name was not saved", description: errorWords(error) });
  }

  return (
    <Card>
      <CardHeader title="Organisation" />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (fault === null) void save();
        }}
        className="flex flex-wrap items-end gap-3 p-4"
      >
        <Field label="Name" required error={fault} className="min-w-56 flex-1">
          {(control) => (
            <Input
              {...control}
              maxLength={120}
              disabled={!editable}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {editable && (
          <Button
            type="submit"
            size="medium"
            busy={busy}
            disabled={fault !== null || name.trim() === organization.name}
          >
            Save
          </Button>
        )}
      </form>
    </Card>
  );
}
