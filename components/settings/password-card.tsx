"use client";

import { useState } from "react";
import { authWords, passwordFault } from "../auth/auth-words.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { toast } from "../ui/toast.tsx";

/** A new password, for those who know the present one: an open screen must not be enough to lock somebody out. */
export function PasswordCard() {
  const supabase = useSupabase();
  const { user } = useWorkspace();
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ title: string; description: string } | null>(null);
  const faults = { present: present === "" ? "Enter your present password." : null, next: passwordFault(next) };

  async function change() {
    setTried(true);
    setFailure(null);
    if (faults.present !== null || faults.next !== null) return;
    setBusy(true);
    const known = await (await supabase()).auth.signInWithPassword({ email: user.email, password: present });
    if (known.error !== null) {
      const wrong = known.error.code === "invalid_credentials";
      setFailure(
        wrong
          ? { title: "The present password is wrong", description: "The password stays as it is." }
          : authWords(known.error),
      );
    } else {
      const changed = await (await supabase()).auth.updateUser({ password: next });
      if (changed.error === null) {
        toast({ tone: "success", title: "Your password is changed" });
        setPresent("");
        setNext("");
        setTried(false);
      } else setFailure(authWords(changed.error));
    }
    setBusy(false);
  }

  return (
    <Card>
      <CardHeader title="Password" description="At least 8 characters." />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void change();
        }}
        className="grid gap-4 p-4"
      >
        {failure !== null && <ErrorState {...failure} />}
        <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Present password" required error={tried ? faults.present : null}>
            {(control) => (
              <Input
                {...control}
                type="password"
                autoComplete="current-password"
                value={present}
                onChange={(event) => setPresent(event.target.value)}
              />
            )}
          </Field>
          <Field label="New password" required error={tried ? faults.next : null}>
            {(control) => (
              <Input
                {...control}
                type="password"
                autoComplete="new-password"
                value={next}
                onChange={(event) => setNext(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button type="submit" size="medium" busy={busy} className="justify-self-start">
          Change the password
        </Button>
      </form>
    </Card>
  );
}
