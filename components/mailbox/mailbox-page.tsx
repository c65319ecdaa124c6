"use client";

import { ArrowLeft, Mail as MailIcon } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { PageHeader } from "../shell/page-header.tsx";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Linkified } from "./linkified.tsx";

export interface Mail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  receivedAt: string;
}

/** The mails that this installation sent, since nothing says where else they should go. Shown as text, never as HTML. */
export function MailboxPage({ mails }: { mails: Mail[] }) {
  const router = useRouter();
  const [chosen, setChosen] = useState<string | null>(null);
  const mail = mails.find((each) => each.id === chosen);
  return (
    <div className="flex h-dvh flex-col bg-surface">
      <PageHeader
        trail={[{ href: "/home", label: "Baton" }]}
        title="Local mailbox"
        actions={<Button onClick={() => router.refresh()}>Look again</Button>}
      />
      {mails.length === 0 ? (
        <main>
          <EmptyState
            icon={MailIcon}
            title="No mail yet"
            description="Mail for password resets and approvals lands here until SMTP_URL names a mail server."
            actions={
              <Button asChild>
                <Link href="/sign-in">Go to sign-in</Link>
              </Button>
            }
          />
        </main>
      ) : (
        <main className="grid min-h-0 flex-1 md:grid-cols-[320px_minmax(0,1fr)]">
          <ul
            aria-label="Mails"
            className={classNames(
              "min-h-0 overflow-y-auto border-line md:border-r",
              mail !== undefined && "max-md:hidden",
            )}
          >
            {mails.map((each) => (
              <li key={each.id}>
                <button
                  type="button"
                  aria-pressed={each.id === chosen}
                  onClick={() => setChosen(each.id)}
                  className={classNames(
                    "grid w-full gap-0.5 border-b px-4 py-3 text-left hover:bg-hover focus-visible:-outline-offset-2",
                    each.id === chosen && "bg-selected hover:bg-selected",
                  )}
                >
                  <span className="flex gap-2 text-xs text-muted">
                    <span className="min-w-0 flex-1 truncate">{each.to.join(", ")}</span>
                    <RelativeTime at={each.receivedAt} className="figures text-subtle" />
                  </span>
                  <span className="truncate text-sm font-medium">{each.subject}</span>
                </button>
              </li>
            ))}
          </ul>
          <div className={classNames("min-h-0 overflow-y-auto p-4 sm:p-6", mail === undefined && "max-md:hidden")}>
            {mail === undefined ? (
              <p className="text-sm text-subtle">Choose a mail to read it.</p>
            ) : (
              <article className="grid max-w-[72ch] gap-4">
                <IconButton
                  label="Back to the list"
                  icon={<ArrowLeft aria-hidden />}
                  onClick={() => setChosen(null)}
                  className="md:hidden"
                />
                <header>
                  <h2 className="text-lg font-semibold">{mail.subject}</h2>
                  <p className="text-xs text-muted">
                    from {mail.from} to {mail.to.join(", ")}
                  </p>
                </header>
                <Linkified text={mail.text} />
              </article>
            )}
          </div>
        </main>
      )}
    </div>
  );
}
