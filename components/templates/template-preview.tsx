"use client";

import { FlaskConical, Trash2 } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import {
  savedTemplateSchema,
  type Template,
  type TemplateSummary,
  templateSchema,
} from "../../contracts/api/template.ts";
import { errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { JsonView } from "../ui/json-view.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { durationWords, moneyWords } from "../ui/time-words.ts";
import { toast } from "../ui/toast.tsx";
import { FamilyIcon } from "../workflows/family-icon.tsx";
import { GraphPicture } from "./graph-picture.tsx";
import { useTemplateActions } from "./use-template.ts";

/** A picture with names fits about this many units of a canvas; a larger one scrolls. */
const scale = 0.55;

interface TemplatePreviewProps {
  template: TemplateSummary;
  onClose(): void;
  onDeleted(): void;
}

/** A template from near: its drawing, what it needs, what it does step by step, and an input to try it with. */
export function TemplatePreview({ template, onClose, onDeleted }: TemplatePreviewProps) {
  const api = useApi();
  const { organization } = useWorkspace();
  const { busy, use, tryIt } = useTemplateActions(template);
  const [detail, setDetail] = useState<Template | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const found = await api.call("GET", `/templates/${encodeURIComponent(template.slug)}`, templateSchema);
        if (here) setDetail(found);
      } catch (thrown) {
        if (here) setProblem(errorWords(thrown));
      }
    }
    void load();
    return () => {
      here = false;
    };
  }, [api, template.slug]);

  const mayUse = may(organization.role, "build");
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      width="wide"
      title={template.name}
      description={`${template.category} · ${template.nodes} nodes${template.origin === "organization" ? " · kept by your organisation" : ""}`}
      footer={
        mayUse && (
          <>
            {template.origin === "organization" && <DeleteTemplate template={template} onDeleted={onDeleted} />}
            {detail?.sampleInput != null && (
              <Button size="medium" busy={busy === "try"} disabled={busy !== null} onClick={() => void tryIt()}>
                <FlaskConical aria-hidden /> Try with sample
              </Button>
            )}
            <Button
              size="medium"
              tone="primary"
              busy={busy === "use"}
              disabled={busy !== null}
              onClick={() => void use()}
            >
              Use template
            </Button>
          </>
        )
      }
    >
      <div className="grid min-w-0 gap-4">
        <Drawing template={template} />
        <p className="max-w-[72ch] text-sm text-pretty" dir="auto">
          {template.description}
        </p>
        {problem !== null && <ErrorState title="The rest could not be read" description={problem} />}
        {detail === null && problem === null && <SkeletonRows rows={4} label="Reading the template" />}
        {detail !== null && <Detail detail={detail} />}
      </div>
    </Dialog>
  );
}

/** The graph with the names of its steps, as far as it scrolls, or all of it at once. */
function Drawing({ template }: { template: TemplateSummary }) {
  const [whole, setWhole] = useState(false);
  const label = `The graph of ${template.name}`;
  return (
    <section aria-label="Drawing" className="relative max-h-72 overflow-auto rounded-md border bg-ground">
      {/* Within what scrolls: who comes here by keyboard can move it with the arrows. */}
      <div className="sticky top-0 left-0 z-10 flex h-0 w-full justify-end">
        <Button className="m-2 bg-surface" onClick={() => setWhole(!whole)}>
          {whole ? "With names" : "All of it"}
        </Button>
      </div>
      {whole ? (
        <GraphPicture picture={template.picture} label={label} className="h-72 w-full" />
      ) : (
        <div className="flex w-max min-w-full justify-center">
          <GraphPicture picture={template.picture} label={label} scale={scale} className="shrink-0" />
        </div>
      )}
    </section>
  );
}

function Detail({ detail }: { detail: Template }) {
  const { estimate, needs, steps, sampleInput } = detail;
  return (
    <div className="grid min-w-0 gap-x-6 gap-y-4 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="grid min-w-0 content-start gap-4">
        <Part title="What it needs">
          <ul className="grid list-disc gap-1 pl-4 text-sm text-muted">
            {needs.map((need) => (
              <li key={need}>{need}</li>
            ))}
            <li>
              About <span className="figures">{durationWords(estimate.ms)}</span> of work and{" "}
              <span className="figures">{moneyWords(estimate.costUsd)}</span> a run, without the time people take.
            </li>
          </ul>
        </Part>
        {sampleInput !== null && (
          <Part title="Sample input">
            <JsonView value={sampleInput} label="sample input" open={1} className="[&>div:first-child]:max-h-56" />
          </Part>
        )}
      </div>
      <Part title="Steps">
        <ol className="grid min-w-0 gap-1.5">
          {steps.map((step) => (
            <li
              key={step.id}
              className={step.container === null ? "flex min-w-0 gap-2.5" : "ml-3 flex min-w-0 gap-2.5 border-l pl-3"}
            >
              <FamilyIcon family={step.family} icon={step.icon} className="size-6 [&_svg]:size-3.5" />
              <div className="min-w-0">
                <p className="truncate text-sm" dir="auto">
                  {step.name}
                </p>
                <p className="truncate text-xs text-subtle">{step.summary === "" ? step.title : step.summary}</p>
              </div>
            </li>
          ))}
        </ol>
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h3 className="mb-1.5 text-xs font-medium text-subtle">{title}</h3>
      {children}
    </section>
  );
}

function DeleteTemplate({ template, onDeleted }: { template: TemplateSummary; onDeleted(): void }) {
  const api = useApi();
  async function remove() {
    try {
      await api.call("DELETE", `/templates/${template.slug}`, savedTemplateSchema);
      toast({ tone: "success", title: `“${template.name}” is no longer in the gallery` });
      onDeleted();
    } catch (thrown) {
      toast({ tone: "failure", title: "The template was not deleted", description: errorWords(thrown) });
    }
  }
  return (
    <AlertDialog
      trigger={
        <Button size="medium" tone="quiet-danger" className="mr-auto">
          <Trash2 aria-hidden /> Delete
        </Button>
      }
      title={`Delete the template “${template.name}”?`}
      description="It goes from the gallery of everybody in the organisation. Workflows that were made from it stay."
      confirm="Delete the template"
      onConfirm={remove}
    />
  );
}
