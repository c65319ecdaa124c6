"use client";

import { LayoutTemplate } from "lucide-react";
import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { type TemplateSummary, templateListSchema } from "../../contracts/api/template.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { replaceAddress } from "../shell/replace-address.ts";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { TemplateCard } from "./template-card.tsx";

const TemplatePreview = dynamic(async () => (await import("./template-preview.tsx")).TemplatePreview);

interface TemplateGalleryProps {
  search: string;
  category: string;
  /** The template whose preview stands open; "" for none. */
  shown: string;
}

/** Workflows to begin with: the organisation's own and those that come with the product. What is looked for stands in the address. */
export function TemplateGallery(asked: TemplateGalleryProps) {
  const api = useApi();
  const { organization } = useWorkspace();
  const {
    value: templates,
    error: problem,
    refresh: reload,
  } = useLiveQuery<TemplateSummary[]>(organization.id, null, () => api.call("GET", "/templates", templateListSchema));
  const [search, setSearch] = useState(asked.search);
  const [category, setCategory] = useState(asked.category);
  const [shown, setShown] = useState(asked.shown);

  useEffect(() => {
    const query = new URLSearchParams();
    if (search.trim() !== "") query.set("q", search.trim());
    if (category !== "") query.set("category", category);
    if (shown !== "") query.set("template", shown);
    replaceAddress(query.size === 0 ? "/templates" : `/templates?${query}`);
  }, [search, category, shown]);

  const categories = [...new Set((templates ?? []).map((each) => each.category))].toSorted();
  const wanted = search.trim().toLowerCase();
  const found = (templates ?? []).filter(
    (each) =>
      (category === "" || each.category === category) &&
      `${each.name} ${each.description} ${each.category}`.toLowerCase().includes(wanted),
  );
  const preview = templates?.find((each) => each.slug === shown);
  return (
    <>
      <PageHeader
        title="Templates"
        filters={
          <SearchInput
            label="Search templates"
            value={search}
            onValueChange={setSearch}
            className="min-w-0 flex-1 sm:w-56 sm:flex-none"
          />
        }
      />
      {problem !== null && (
        <ErrorState
          className="m-4"
          title="The templates could not be read"
          description={problem}
          actions={<Button onClick={reload}>Try again</Button>}
        />
      )}
      {categories.length > 1 && (
        <Categories all={categories} chosen={category} onChoose={setCategory} templates={templates ?? []} />
      )}
      {templates === null && problem === null && (
        <div className="grid gap-4 p-4 sm:grid-cols-2 xl:grid-cols-3" aria-hidden>
          {[0, 1, 2, 3, 4, 5].map((index) => (
            <Skeleton key={index} className="h-72 rounded-lg" />
          ))}
        </div>
      )}
      <Group
        title="Your organisation’s"
        templates={found.filter((each) => each.origin === "organization")}
        onPreview={setShown}
      />
      <Group title="Come with Baton" templates={found.filter((each) => each.origin === "baton")} onPreview={setShown} />
      {templates !== null && found.length === 0 && (
        <EmptyState
          icon={LayoutTemplate}
          title="No template matches"
          description="Search for a word of what you want to do, such as approval or report."
          actions={
            <Button
              onClick={() => {
                setSearch("");
                setCategory("");
              }}
            >
              Show all templates
            </Button>
          }
        />
      )}
      {preview !== undefined && (
        <TemplatePreview
          key={preview.slug}
          template={preview}
          onClose={() => setShown("")}
          onDeleted={() => {
            setShown("");
            reload();
          }}
        />
      )}
    </>
  );
}

interface CategoriesProps {
  all: readonly string[];
  chosen: string;
  templates: readonly TemplateSummary[];
  onChoose(category: string): void;
}

function Categories({ all, chosen, templates, onChoose }: CategoriesProps) {
  return (
    <div role="group" aria-label="Category" className="flex flex-wrap gap-1 px-4 pt-3">
      {["", ...all].map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={chosen === each}
          onClick={() => onChoose(each)}
          className={classNames(
            "h-7 rounded-md px-2.5 text-xs transition-colors hover:bg-hover hover:text-ink",
            chosen === each ? "bg-selected font-medium text-ink" : "text-muted",
          )}
        >
          {each === "" ? "All" : each}{" "}
          <span className="figures text-subtle">
            {each === "" ? templates.length : templates.filter((template) => template.category === each).length}
          </span>
        </button>
      ))}
    </div>
  );
}

interface GroupProps {
  title: string;
  templates: readonly TemplateSummary[];
  onPreview(slug: string): void;
}

function Group({ title, templates, onPreview }: GroupProps) {
  if (templates.length === 0) return null;
  return (
    <section aria-label={title} className="px-4 pt-4 last:pb-6">
      <h2 className="mb-2 text-xs font-medium text-subtle">{title}</h2>
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
        {templates.map((template) => (
          <TemplateCard key={template.slug} template={template} onPreview={() => onPreview(template.slug)} />
        ))}
      </div>
    </section>
  );
}
