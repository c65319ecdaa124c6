"use client";

import { Circle, CircleCheck, X } from "lucide-react";
import Link from "next/link";
import { useSyncExternalStore } from "react";
import { type FirstSteps, loadFirstSteps } from "../records/home.ts";
import { may } from "../records/organization.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { IconButton } from "../ui/icon-button.tsx";

interface Step {
  done: boolean;
  title: string;
  words: string;
  href: string;
}

function stepsOf(done: FirstSteps): Step[] {
  return [
    {
      done: done.ran,
      title: "Run a workflow",
      words: "Try a template on its sample. The demo model answers; no key is needed.",
      href: "/templates",
    },
    {
      done: done.decided,
      title: "Decide an approval",
      words: "Runs stop where a person decides. Requests come to the inbox.",
      href: "/approvals",
    },
    {
      done: done.made,
      title: "Change a workflow",
      words: "Open one, change what an agent is asked, and run it again.",
      href: "/workflows",
    },
    {
      done: done.invited,
      title: "Invite a colleague",
      words: "Approvals can be asked of people, roles and groups.",
      href: "/settings",
    },
  ];
}

/** The first steps of a newcomer. It goes away when all are done, or when they say so. */
export function Checklist() {
  const supabase = useSupabase();
  const { organization, user } = useWorkspace();
  const hidden = useHidden(`baton-first-steps-${organization.id}`);
  const { value } = useLiveQuery<FirstSteps>(organization.id, null, async () =>
    loadFirstSteps(await supabase(), organization.id, user.id),
  );
  if (value === null || hidden.value || !may(organization.role, "build")) return null;
  const steps = stepsOf(value);
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) return null;
  return (
    <Card className="min-w-0 overflow-hidden">
      <CardHeader
        title="First steps"
        description={`${done} of ${steps.length} done`}
        actions={<IconButton label="Hide the first steps" icon={<X aria-hidden />} onClick={hidden.hide} />}
      />
      <ol className="grid gap-px bg-line sm:grid-cols-2 xl:grid-cols-4 [&>li]:bg-surface">
        {steps.map((step) => (
          <li key={step.title}>
            <Link
              href={step.href}
              className="flex h-full gap-2.5 px-4 py-3 transition-colors hover:bg-hover focus-visible:-outline-offset-2"
            >
              {step.done ? (
                <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-completed" />
              ) : (
                <Circle aria-hidden className="mt-0.5 size-4 shrink-0 text-subtle" />
              )}
              <span className="grid content-start">
                <span className={step.done ? "text-sm text-muted line-through" : "text-sm font-medium"}>
                  {step.title}
                  {step.done && <span className="sr-only"> (done)</span>}
                </span>
                <span className="text-xs text-pretty text-muted">{step.words}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}

const changed = new EventTarget();

/** Whether this browser hid it. The server does not know, so it draws nothing. */
function useHidden(name: string) {
  const value = useSyncExternalStore(
    (tell) => {
      changed.addEventListener(name, tell);
      return () => changed.removeEventListener(name, tell);
    },
    () => localStorage.getItem(name) === "hidden",
    () => true,
  );
  return {
    value,
    hide() {
      localStorage.setItem(name, "hidden");
      changed.dispatchEvent(new Event(name));
    },
  };
}
