"use client";

import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { Spinner } from "../ui/spinner.tsx";
import { AuthForm } from "./auth-form.tsx";
import { authWords, passwordFault } from "./auth-words.ts";

/**
 * Behind the link in the mail. A link with a token's hash is spent only when the new password is sent, so that a scanner which opens
 * links uses nothing up; one with a code is exchanged by Supabase's client as it loads.
 */
export function ResetPasswordForm() {
  const supabase = useSupabase();
  const [link, setLink] = useState<"checking" | "good" | "bad">("checking");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ title: string; description: string } | null>(null);
  const tokenHash = useRef<string | null>(null);
  const fault = passwordFault(password);

  useEffect(() => {
    let here = true;
    async function check() {
      tokenHash.current ??= new URLSearchParams(location.search).get("token_hash");
      if (tokenHash.current !== null) {
        setLink("good");
        history.replaceState(null, "", "/reset-password");
        return;
      }
      // The first session read waits until the code in the address has been exchanged.
      const { data } = await (await supabase()).auth.getSession();
      if (!here) return;
      setLink(data.session === null ? "bad" : "good");
      // The code is spent; it should not stay in the address and the history.
      history.replaceState(null, "", "/reset-password");
    }
    void check();
    return () => {
      here = false;
    };
  }, [supabase]);

  async function send() {
    setTried(true);
    if (fault !== null) return;
    setBusy(true);
    setError(null);
    if (tokenHash.current !== null) {
      const verified = await (await supabase()).auth.verifyOtp({ token_hash: tokenHash.current, type: "recovery" });
      if (verified.error !== null) {
        // Only a refusal says that the link is spent; a server that cannot be reached may take it at the next try.
        const { status = 0 } = verified.error;
        if (status >= 400 && status < 429) setLink("bad");
        else setError(authWords(verified.error));
        setBusy(false);
        return;
      }
      tokenHash.current = null;
    }
    const answer = await (await supabase()).auth.updateUser({ password });
    if (answer.error !== null) {
      setError(authWords(answer.error));
      setBusy(false);
      return;
    }
    // Whoever knew the old password is signed out everywhere else.
    await (await supabase()).auth.signOut({ scope: "others" });
    location.assign("/home");
  }

  if (link === "checking") return <Spinner label="Checking the link" />;
  if (link === "bad") {
    return (
      <ErrorState
        title="This link does not work any more"
        description="It was used already, is too old, or was opened in another browser than the one that asked for it."
        actions={
          <Button asChild>
            <Link href="/forgot-password">Send a new link</Link>
          </Button>
        }
      />
    );
  }
  return (
    <AuthForm
      title="Choose a new password"
      description="Other devices will be signed out."
      submit="Set the password"
      busy={busy}
      error={error}
      onSubmit={() => void send()}
    >
      <Field label="New password" required hint="At least 8 characters." error={tried ? fault : null}>
        {(control) => (
          <Input
            {...control}
            type="password"
            name="password"
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
    </AuthForm>
  );
}
