"use client";

import Link from "next/link";
import { useState } from "react";
import { useSupabase } from "../supabase-context.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { AuthForm, linkLook } from "./auth-form.tsx";
import { authWords, emailFault } from "./auth-words.ts";

interface SignInFormProps {
  /** The address to begin with; "" for none. */
  email: string;
  /** One of our own paths, already checked. */
  next: string;
  /** True where mails land in the local mailbox page. */
  mailbox: boolean;
}

/** Signs in by e-mail and password. */
export function SignInForm({ next, email: given, mailbox }: SignInFormProps) {
  const supabase = useSupabase();
  const [email, setEmail] = useState(given);
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ title: string; description: string } | null>(null);
  const faults = { email: emailFault(email), password: password === "" ? "Enter your password." : null };

  async function send() {
    setTried(true);
    if (faults.email !== null || faults.password !== null) return;
    setBusy(true);
    setError(null);
    const answer = await (await supabase()).auth.signInWithPassword({ email: email.trim(), password });
    if (answer.error !== null) {
      setError(authWords(answer.error));
      setBusy(false);
      return;
    }
    // A whole page load: nothing that was prepared for nobody may stay.
    location.assign(next);
  }

  return (
    <AuthForm
      title="Sign in"
      description="Welcome back."
      submit="Sign in"
      busy={busy}
      error={error}
      onSubmit={() => void send()}
      footer={
        <>
          New here?{" "}
          <Link href={`/sign-up?next=${encodeURIComponent(next)}`} className={linkLook}>
            Create an account
          </Link>
          {mailbox && (
            <p className="mt-2 text-xs text-subtle">
              Mail of this installation lands in the{" "}
              <Link href="/mailbox" className="underline underline-offset-2">
                local mailbox
              </Link>
              .
            </p>
          )}
        </>
      }
    >
      <Field label="E-mail" required error={tried ? faults.email : null}>
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
      <div className="grid gap-1.5">
        <Field label="Password" required error={tried ? faults.password : null}>
          {(control) => (
            <Input
              {...control}
              type="password"
              name="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <Link
          href="/forgot-password"
          className="justify-self-end text-xs text-muted underline-offset-2 hover:underline"
        >
          Forgot the password?
        </Link>
      </div>
    </AuthForm>
  );
}
