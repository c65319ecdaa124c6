"use client";

import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useEffect, useMemo, useState } from "react";
import type { z } from "zod";
import { linkedApprovalSchema } from "../../contracts/api/approval.ts";
import { anyAnswer, createApiClient, errorWords } from "../api-client.ts";
import { Logo } from "../shell/logo.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { ApprovalBody } from "./approval-body.tsx";
import { DecisionBar, type DecisionBody } from "./decision-bar.tsx";

type Linked = z.infer<typeof linkedApprovalSchema>;

/** The page behind a signed link. Opening it shows; only the buttons decide, so nothing that merely follows links can. */
export function LinkedApproval({ token }: { token: string }) {
  const api = useMemo(() => createApiClient(null, null), []);
  const path = `/approval-links/${encodeURIComponent(token)}`;
  const [approval, setApproval] = useState<Linked | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [decided, setDecided] = useState(false);

  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const answer = await api.call("GET", path, linkedApprovalSchema);
        if (here) setApproval(answer);
      } catch (thrown) {
        if (here) setProblem(errorWords(thrown));
      }
    }
    void load();
    return () => {
      here = false;
    };
  }, [api, path]);

  async function decide(body: DecisionBody) {
    await api.call("POST", `${path}/decision`, anyAnswer, body);
    setDecided(true);
    setApproval(await api.call("GET", path, linkedApprovalSchema));
  }

  return (
    <main className="min-h-dvh bg-ground sm:px-4 sm:py-10">
      <div className="mx-auto max-w-3xl overflow-clip border-line bg-surface sm:rounded-lg sm:border">
        <header className="flex items-center gap-2.5 border-b px-4 py-3 sm:px-6">
          <Logo />
          <h1 className="text-sm font-semibold">Baton · a decision is asked of you</h1>
        </header>
        {problem !== null && (
          <ErrorState
            as="page"
            title="This link does not open anything"
            description={`${problem} It may have been used, replaced or cut short on the way.`}
          />
        )}
        {approval === null && problem === null && <SkeletonRows label="Reading the request" />}
        {approval !== null && (
          <>
            {decided && (
              <output className="flex items-center gap-2 border-b px-6 py-3 text-sm text-completed">
                <CircleCheck aria-hidden className="size-4" /> Your decision was taken. You can close this page.
              </output>
            )}
            <ApprovalBody approval={approval} />
            {approval.status === "pending" && !approval.needsSignIn && (
              <DecisionBar approval={approval} onDecide={decide} />
            )}
            {approval.status === "pending" && approval.needsSignIn && (
              <div className="flex flex-wrap items-center justify-between gap-3 border-t px-6 py-3 text-sm text-muted">
                This decision is asked of certain people or cannot be undone, so it needs you to sign in.
                <Button asChild tone="primary" size="medium">
                  <Link href={`/approvals/${approval.id}`}>Sign in and decide</Link>
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </main>
  );
}
