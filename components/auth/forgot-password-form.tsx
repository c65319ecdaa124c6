"use client";

import { MailCheck } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { AuthForm, linkLook } from "./auth-form.tsx";
import { authWords, emailFault } from "./auth-words.ts";

/** Asks for a mail with a link that lets one choose a new password. The answer is the same for every address. */
export function ForgotPasswordForm({ mailbox }: { mailbox: boolean }) {
  const supabase = useSupabase();
  const [email, setEmail] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const [error, setError] = useState<{ title: string; description: string } | null>(null);
  const fault = emailFault(email);

  async function send() {
    setTried(true);
    if (fault !== null) return;
    setBusy(true);
    setError(null);
    const answer = await (
      await supabase()
    ).auth.resetPasswordForEmail(email.trim(), {
      redirectTo: `${location.origin}/reset-password`,
    });
    setBusy(false);
    if (answer.error === null) setSent(true);
    else setError(authWords(answer.error));
  }

  if (sent) {
    return (
      <EmptyState
        icon={MailCheck}
        title="Look into your mail"
        description={`If ${email.trim()} has an account, a link is on its way. Open it in this browser.`}
        actions={
          mailbox ? (
            <Button asChild size="medium">
              <Link href="/mailbox">Open the local mailbox</Link>
            </Button>
          ) : undefined
        }
      />
    );
  }
  return (
    <AuthForm
      title="Reset your password"
      description="We send you a link. Open it in this browser and choose a new password."
      submit="Send the link"
      busy={busy}
      error={error}
      onSubmit={() => void send()}
      footer={
        <Link href="/sign-in" className={linkLook}>
          Back to sign-in
        </Link>
      }
    >
      <Field label="E-mail" required error={tried ? fault : null}>
        {(control) => (
          <Input
            {...control}
            type="email"
            name="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
    </AuthForm>
  );
}
