"use client";

import { MailCheck } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useSupabase } from "../supabase-context.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { AuthForm, linkLook } from "./auth-form.tsx";
import { authWords, emailFault, passwordFault } from "./auth-words.ts";

/** Makes an account. Where addresses must be confirmed first, it says so; else it goes on to name the organisation. */
export function SignUpForm({ next, email }: { next: string; email: string }) {
  const supabase = useSupabase();
  const [form, setForm] = useState({ name: "", email, password: "" });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const [error, setError] = useState<{ title: string; description: string } | null>(null);
  const faults = {
    name: form.name.trim() === "" ? "Tell us what to call you." : null,
    email: emailFault(form.email),
    password: passwordFault(form.password),
  };
  const set = (field: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm((old) => ({ ...old, [field]: event.target.value }));

  async function send() {
    setTried(true);
    if (faults.name !== null || faults.email !== null || faults.password !== null) return;
    setBusy(true);
    setError(null);
    const answer = await (
      await supabase()
    ).auth.signUp({
      email: form.email.trim(),
      password: form.password,
      options: { data: { name: form.name.trim() }, emailRedirectTo: `${location.origin}/sign-in` },
    });
    if (answer.error !== null) {
      setError(authWords(answer.error));
      setBusy(false);
    } else if (answer.data.session === null) setConfirming(true);
    else location.assign(next);
  }

  if (confirming) {
    return (
      <EmptyState
        icon={MailCheck}
        title="Confirm your address"
        description={`We sent a mail to ${form.email.trim()}. Open its link, then sign in.`}
      />
    );
  }
  return (
    <AuthForm
      title="Create an account"
      description="Then name your organisation, and run the first workflow. No model key is needed to begin."
      submit="Create the account"
      busy={busy}
      error={error}
      onSubmit={() => void send()}
      footer={
        <>
          You have one?{" "}
          <Link href={`/sign-in?next=${encodeURIComponent(next)}`} className={linkLook}>
            Sign in
          </Link>
        </>
      }
    >
      <Field label="Name" required error={tried ? faults.name : null}>
        {(control) => (
          <Input
            {...control}
            name="name"
            autoComplete="name"
            maxLength={120}
            value={form.name}
            onChange={set("name")}
          />
        )}
      </Field>
      <Field label="E-mail" required error={tried ? faults.email : null}>
        {(control) => (
          <Input
            {...control}
            type="email"
            name="email"
            autoComplete="username"
            value={form.email}
            onChange={set("email")}
          />
        )}
      </Field>
      <Field label="Password" required hint="At least 8 characters." error={tried ? faults.password : null}>
        {(control) => (
          <Input
            {...control}
            type="password"
            name="password"
            autoComplete="new-password"
            value={form.password}
            onChange={set("password")}
          />
        )}
      </Field>
    </AuthForm>
  );
}
