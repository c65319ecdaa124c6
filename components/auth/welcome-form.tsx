"use client";

import { useState } from "react";
import { z } from "zod";
import { chooseOrganization } from "../shell/organization-cookie.ts";
import { useSupabase } from "../supabase-context.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { AuthForm } from "./auth-form.tsx";

interface WelcomeFormProps {
  /** True for somebody who has no organisation yet. */
  first: boolean;
  email: string;
}

const madeSchema = z.object({ id: z.uuid() });

/** Names a new organisation, of which the user is the owner. */
export function WelcomeForm({ first, email }: WelcomeFormProps) {
  const supabase = useSupabase();
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ title: string; description: string } | null>(null);
  const fault = name.trim() === "" ? "Give it a name. You can change it later." : null;

  async function send() {
    setTried(true);
    if (fault !== null) return;
    setBusy(true);
    setError(null);
    const answer = await (await supabase()).rpc("create_organization", { name: name.trim() });
    const made = madeSchema.safeParse(Array.isArray(answer.data) ? answer.data[0] : answer.data);
    if (answer.error !== null || !made.success) {
      setError({
        title: "The organisation was not made",
        description: answer.error?.message ?? "Try again in a moment.",
      });
      setBusy(false);
      return;
    }
    chooseOrganization(made.data.id);
    location.assign("/home");
  }

  return (
    <AuthForm
      title={first ? "Name your organisation" : "A new organisation"}
      description={`Workflows, runs and approvals belong to an organisation; its members share them. You (${email}) will be its owner.`}
      submit="Create the organisation"
      busy={busy}
      error={error}
      onSubmit={() => void send()}
    >
      <Field label="Name" required error={tried ? fault : null}>
        {(control) => (
          <Input
            {...control}
            name="organization"
            autoComplete="organization"
            maxLength={120}
            placeholder="Northwind"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
    </AuthForm>
  );
}
