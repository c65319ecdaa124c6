"use client";

import Link from "next/link";
import { useEffect, useMemo, useState } from "react";
import {
  acceptedInvitationSchema,
  linkedInvitationSchema,
  type LinkedInvitation,
} from "../../contracts/api/invitation.ts";
import { createApiClient, errorWords } from "../api-client.ts";
import { chooseOrganization } from "../shell/organization-cookie.ts";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";

interface InvitationPageProps {
  token: string;
  /** Of the account that is signed in here; null for nobody. */
  email: string | null;
}

const over: Record<Exclude<LinkedInvitation["state"], "open">, string> = {
  used: "It was used already. If it was you, sign in; you are a member.",
  revoked: "It was revoked. Ask for a new one.",
  expired: "It has expired. Ask for it to be sent again.",
};

/** The page behind an invitation's link. Opening it joins nothing; the button does, for the invited address alone. */
export function InvitationPage({ token, email }: InvitationPageProps) {
  const api = useMemo(() => createApiClient(null, null), []);
  const [invitation, setInvitation] = useState<LinkedInvitation | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const answer = await api.call("GET", `/invitation-links/${encodeURIComponent(token)}`, linkedInvitationSchema);
        if (here) setInvitation(answer);
      } catch (thrown) {
        if (here) setProblem(errorWords(thrown));
      }
    }
    void load();
    return () => {
      here = false;
    };
  }, [api, token]);

  if (problem !== null) {
    return (
      <>
        <h1 className="mb-4 text-xl font-semibold">An invitation</h1>
        <ErrorState title="This link does not open anything" description={problem} />
      </>
    );
  }
  if (invitation === null) return <SkeletonRows label="Reading the invitation" />;
  const { organization, role, invitedBy, state } = invitation;
  return (
    <>
      <h1 className="text-xl font-semibold text-balance break-words">Join {organization}</h1>
      <p className="mt-1 text-sm text-pretty break-words text-muted">
        {invitedBy} invites <strong className="text-ink">{invitation.email}</strong> to work here as{" "}
        <strong className="text-ink">{role}</strong>.
      </p>
      <div className="mt-6 grid gap-4">
        {state === "open" ? (
          <Answer token={token} invited={invitation.email} email={email} />
        ) : (
          <>
            <ErrorState title="This invitation is over" description={over[state]} />
            <Button asChild size="medium">
              <Link href={email === null ? "/sign-in" : "/home"}>{email === null ? "Sign in" : "Go home"}</Link>
            </Button>
          </>
        )}
      </div>
    </>
  );
}

/** What can be done with an open invitation, by who is signed in. */
function Answer({ token, invited, email }: { token: string; invited: string; email: string | null }) {
  const supabase = useSupabase();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const here = `/invite/${encodeURIComponent(token)}`;
  const query = `next=${encodeURIComponent(here)}&email=${encodeURIComponent(invited)}`;

  async function join() {
    setBusy(true);
    setFailure(null);
    try {
      const api = createApiClient(supabase, null);
      const path = `/invitation-links/${encodeURIComponent(token)}/accept`;
      const { organizationId } = await api.call("POST", path, acceptedInvitationSchema, {});
      chooseOrganization(organizationId);
      location.assign("/home");
    } catch (thrown) {
      setFailure(errorWords(thrown));
      setBusy(false);
    }
  }
  async function signOut() {
    setBusy(true);
    const { error } = await (await supabase()).auth.signOut({ scope: "local" });
    if (error === null) location.assign(`/sign-in?${query}`);
    else {
      setFailure(error.message);
      setBusy(false);
    }
  }

  if (email === null) {
    return (
      <>
        <Button asChild tone="primary" size="medium">
          <Link href={`/sign-up?${query}`}>Create an account</Link>
        </Button>
        <Button asChild size="medium">
          <Link href={`/sign-in?${query}`}>I have an account</Link>
        </Button>
      </>
    );
  }
  if (email.toLowerCase() !== invited) {
    return (
      <>
        <ErrorState
          title="It is for another address"
          description={`You are signed in as ${email}. Sign in as ${invited} to join.`}
        />
        {failure !== null && <ErrorState title="You are still signed in" description={failure} />}
        <Button tone="primary" size="medium" busy={busy} onClick={() => void signOut()}>
          Sign in as somebody else
        </Button>
      </>
    );
  }
  return (
    <>
      {failure !== null && <ErrorState title="You have not joined" description={failure} />}
      <Button tone="primary" size="medium" busy={busy} onClick={() => void join()}>
        Join
      </Button>
    </>
  );
}
