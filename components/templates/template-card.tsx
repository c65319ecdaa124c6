"use client";

import type { TemplateSummary } from "../../contracts/api/template.ts";
import { may } from "../records/organization.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { GraphPicture } from "./graph-picture.tsx";
import { useTemplateActions } from "./use-template.ts";

/** A template as a card: its graph, what it is for, and the way to look closer or to begin. */
export function TemplateCard({ template, onPreview }: { template: TemplateSummary; onPreview(): void }) {
  const { organization } = useWorkspace();
  const { busy, use } = useTemplateActions(template);
  return (
    <article className="group relative flex flex-col overflow-hidden rounded-lg border bg-surface transition-colors focus-within:border-line-strong hover:border-line-strong">
      <div className="grid h-36 place-items-center border-b bg-ground px-3 py-4">
        <GraphPicture picture={template.picture} label={`The graph of ${template.name}`} className="size-full" />
      </div>
      <div className="flex flex-1 flex-col gap-1 p-4">
        <h3 className="text-base font-semibold">
          <button
            type="button"
            onClick={onPreview}
            className="max-w-full truncate rounded-md text-left after:absolute after:inset-0 hover:underline"
          >
            <span className="sr-only">Preview </span>
            {template.name}
          </button>
        </h3>
        <p className="line-clamp-3 flex-1 text-sm text-pretty text-muted" dir="auto">
          {template.description}
        </p>
        <div className="mt-2 flex min-h-7 items-center gap-2 text-xs text-subtle">
          <span className="truncate">{template.category}</span>
          <span aria-hidden>·</span>
          <span className="figures shrink-0">{template.nodes} nodes</span>
          {may(organization.role, "build") && (
            <Button
              busy={busy === "use"}
              aria-label={`Use template ${template.name}`}
              onClick={() => void use()}
              className="relative z-10 ml-auto"
            >
              Use
            </Button>
          )}
        </div>
      </div>
    </article>
  );
}
