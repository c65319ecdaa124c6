"use client";

import type { WorkflowFilter } from "../records/workflow.ts";
import { SearchInput } from "../ui/search-input.tsx";
import { Select } from "../ui/select.tsx";

interface WorkflowFiltersProps {
  /** As it is typed; the filter follows a moment later. */
  search: string;
  onSearch(search: string): void;
  filter: WorkflowFilter;
  /** The tags there are. */
  known: readonly string[];
  onChange(change: Partial<WorkflowFilter>): void;
}

/** Name, tag, order and archive by which workflows are found. */
export function WorkflowFilters({ search, onSearch, filter, known, onChange }: WorkflowFiltersProps) {
  return (
    <>
      <SearchInput
        label="Search workflows"
        value={search}
        onValueChange={onSearch}
        className="min-w-0 flex-1 sm:w-52 sm:flex-none"
      />
      <TagSelect tag={filter.tag} known={known} onTag={(tag) => onChange({ tag })} />
      <Select
        size="small"
        label="Order and archive"
        className="shrink-0"
        value={filter.archived ? "archived" : filter.sort}
        onValueChange={(chosen) => onChange(view(chosen))}
        options={[
          { value: "updated", label: "Last changed" },
          { value: "name", label: "By name" },
          { value: "created", label: "Newest" },
          { value: "archived", label: "Archived" },
        ]}
      />
    </>
  );
}

interface TagSelectProps {
  tag: string | null;
  known: readonly string[];
  onTag(tag: string | null): void;
}

/** Narrows the list to one tag; not there where no workflow has any. */
function TagSelect({ tag, known, onTag }: TagSelectProps) {
  // One that the address names may be gone meanwhile.
  const tags = tag === null || known.includes(tag) ? known : [tag, ...known];
  if (tags.length === 0) return null;
  return (
    <Select
      size="small"
      label="Tag"
      className="max-w-24 shrink-0 sm:max-w-36"
      value={tag === null ? "every" : `tag ${tag}`}
      onValueChange={(chosen) => onTag(chosen === "every" ? null : chosen.slice("tag ".length))}
      options={[{ value: "every", label: "Every tag" }, ...tags.map((each) => ({ value: `tag ${each}`, label: each }))]}
    />
  );
}

function view(chosen: string): Partial<WorkflowFilter> {
  if (chosen === "archived") return { archived: true };
  return { archived: false, sort: chosen === "name" || chosen === "created" ? chosen : "updated" };
}
