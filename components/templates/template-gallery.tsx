"use client";

import { LayoutTemplate } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { z } from "zod";
import { errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { toast } from "../ui/toast.tsx";

const templateSchema = z.object({
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  category: z.string(),
  nodes: z.number(),
});
type Template = z.infer<typeof templateSchema>;

/** Workflows to begin with. Using one makes a copy that belongs to the organisation. */
export function TemplateGallery() {
  const api = useApi();
  const [templates, setTemplates] = useState<Template[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [search, setSearch] = useState("");

  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const found = await api.call("GET", "/templates", templateSchema.array());
        if (here) setTemplates(found);
      } catch (thrown) {
        if (here) setProblem(errorWords(thrown));
      }
    }
    void load();
    return () => {
      here = false;
    };
  }, [api]);

  const wanted = search.trim().toLowerCase();
  const shown = (templates ?? []).filter((each) =>
    `${each.name} ${each.description} ${each.category}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <PageHeader
        title="Templates"
        actions={
          <SearchInput label="Search templates" value={search} onValueChange={setSearch} className="w-40 sm:w-56" />
        }
      />
      {problem !== null && <ErrorState className="m-4" title="The templates could not be read" description={problem} />}
      <div className="grid gap-3 p-4 sm:grid-cols-2 xl:grid-cols-3">
        {templates === null &&
          problem === null &&
          [0, 1, 2, 3, 4, 5].map((index) => <Skeleton key={index} className="h-40 rounded-lg" />)}
        {shown.map((template) => (
          <TemplateCard key={template.slug} template={template} />
        ))}
      </div>
      {templates !== null && shown.length === 0 && (
        <EmptyState
          icon={LayoutTemplate}
          title="No template matches"
          description="Search for a word of what you want to do, such as approval or report."
          actions={<Button onClick={() => setSearch("")}>Clear the search</Button>}
        />
      )}
    </>
  );
}

function TemplateCard({ template }: { template: Template }) {
  const api = useApi();
  const router = useRouter();
  const { organization } = useWorkspace();
  const [busy, setBusy] = useState(false);
  async function use() {
    setBusy(true);
    try {
      const made = await api.call(
        "POST",
        `/templates/${encodeURIComponent(template.slug)}/use`,
        z.object({ id: z.uuid() }),
        {},
      );
      router.push(`/workflows/${made.id}`);
    } catch (thrown) {
      toast({ tone: "failure", title: "The template was not copied", description: errorWords(thrown) });
      setBusy(false);
    }
  }
  return (
    <article className="flex flex-col gap-2 rounded-lg border bg-surface p-4 transition-colors hover:border-line-strong">
      <div className="flex items-center gap-2">
        <Badge>{template.category}</Badge>
        <span className="figures ml-auto text-subtle">{template.nodes} nodes</span>
      </div>
      <h2 className="text-base font-semibold">{template.name}</h2>
      <p className="line-clamp-4 flex-1 text-sm text-pretty text-muted">{template.description}</p>
      {may(organization.role, "build") && (
        <div className="pt-1">
          <Button busy={busy} aria-label={`Use template ${template.name}`} onClick={() => void use()}>
            Use template
          </Button>
        </div>
      )}
    </article>
  );
}
