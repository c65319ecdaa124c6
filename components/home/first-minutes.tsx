"use client";

import { FilePlus2, FlaskConical, LayoutTemplate, type LucideIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { makeWorkflow } from "../editor/new-workflow-button.tsx";
import { errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { useTemplateActions } from "../templates/use-template.ts";
import { Spinner } from "../ui/spinner.tsx";
import { toast } from "../ui/toast.tsx";
import { Checklist } from "./checklist.tsx";

/** The template that shows most of what the product does, and runs without a key. */
const example = { slug: "rfp-response" };

/** Home of an organisation in which nothing ran yet: three ways to begin. */
export function FirstMinutes() {
  const { user, organization } = useWorkspace();
  const api = useApi();
  const router = useRouter();
  const { busy, tryIt } = useTemplateActions(example);
  const first = user.name.split(/[\s@]/u)[0] ?? user.name;
  async function blank() {
    try {
      router.push(await makeWorkflow(api));
    } catch (thrown) {
      toast({ tone: "failure", title: "No workflow was made", description: errorWords(thrown) });
    }
  }
  const builds = may(organization.role, "build");
  return (
    <>
      <PageHeader title="Home" />
      <div className="mx-auto grid w-full max-w-4xl gap-6 px-4 py-10">
        <div>
          <h2 className="text-xl font-semibold">Welcome, {first}</h2>
          <p className="mt-1 max-w-[60ch] text-sm text-pretty text-muted">
            Agents work side by side, a person decides where it matters, and you watch every step.
            {builds
              ? " Begin with one of these; no model key is needed."
              : " What runs in your organisation will be shown here."}
          </p>
        </div>
        {builds && (
          <div className="grid gap-3 md:grid-cols-3">
            <Way
              icon={FlaskConical}
              title="Watch an example"
              words="Runs the RFP response on a sample solicitation, now. It stops to ask you."
              busy={busy === "try"}
              primary
              onClick={() => void tryIt()}
            />
            <Way
              icon={LayoutTemplate}
              title="Browse templates"
              words="Whole workflows to try and to change: sales, finance, engineering."
              onClick={() => router.push("/templates")}
            />
            <Way
              icon={FilePlus2}
              title="Start blank"
              words="An empty canvas: draw agents, conditions, loops and approvals."
              onClick={() => void blank()}
            />
          </div>
        )}
        <Checklist />
      </div>
    </>
  );
}

interface WayProps {
  icon: LucideIcon;
  title: string;
  words: string;
  busy?: boolean;
  primary?: boolean;
  onClick(): void;
}

function Way({ icon: Icon, title, words, busy = false, primary = false, onClick }: WayProps) {
  return (
    <button
      type="button"
      disabled={busy}
      aria-busy={busy || undefined}
      onClick={onClick}
      className={`flex flex-col gap-2 rounded-lg border p-4 text-left transition-colors hover:bg-hover disabled:opacity-60 ${primary ? "border-accent" : "border-line-strong"}`}
    >
      <span className="grid size-8 place-items-center rounded-md text-accent-text tint">
        {busy ? <Spinner /> : <Icon aria-hidden className="size-4" />}
      </span>
      <span className="text-base font-semibold">{title}</span>
      <span className="text-sm text-pretty text-muted">{words}</span>
    </button>
  );
}
