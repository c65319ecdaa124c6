"use client";

import { X } from "lucide-react";
import { runStatusSchema } from "../../engine/run/status.ts";
import { classNames } from "../ui/class-names.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { Select } from "../ui/select.tsx";
import { statusWord } from "../ui/status.tsx";
import { type AskedRuns, type Span, spans } from "./run-filter.ts";
import type { Named } from "./run-list.tsx";

const spanWords: Record<Span, string> = {
  hour: "Last hour",
  day: "Last 24 hours",
  week: "Last 7 days",
  month: "Last 30 days",
};

/** On a phone the four stand in one row, which has no room for their arrows. */
const slim = "max-sm:[&>svg]:hidden";

interface RunFiltersProps {
  asked: AskedRuns;
  workflows: readonly Named[];
  people: readonly Named[];
  onChange(asked: AskedRuns): void;
}

/** State, workflow, person and time by which runs are found. */
export function RunFilters({ asked, workflows, people, onChange }: RunFiltersProps) {
  const any = asked.status ?? asked.workflowId ?? asked.startedBy ?? asked.span;
  return (
    <>
      <Select
        size="small"
        label="State"
        className={classNames(slim, "shrink-0")}
        value={asked.status ?? "all"}
        onValueChange={(chosen) => onChange({ ...asked, status: runStatusSchema.safeParse(chosen).data ?? null })}
        options={[
          { value: "all", label: "Any state" },
          ...runStatusSchema.options.map((option) => ({ value: option, label: statusWord(option) })),
        ]}
      />
      <Select
        size="small"
        label="Workflow"
        className={classNames(slim, "max-w-40 min-w-0")}
        value={asked.workflowId ?? "all"}
        onValueChange={(chosen) => onChange({ ...asked, workflowId: chosen === "all" ? null : chosen })}
        options={[
          { value: "all", label: "Any workflow" },
          ...workflows.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <Select
        size="small"
        label="Started by"
        className={classNames(slim, "max-w-36 min-w-0")}
        value={asked.startedBy ?? "all"}
        onValueChange={(chosen) => onChange({ ...asked, startedBy: chosen === "all" ? null : chosen })}
        options={[
          { value: "all", label: "Anybody" },
          ...people.map(({ id, name }) => ({ value: id, label: name })),
          { value: "none", label: "By an API key or trigger" },
        ]}
      />
      <Select
        size="small"
        label="Time"
        className={classNames(slim, "shrink-0")}
        value={asked.span ?? "all"}
        onValueChange={(chosen) => onChange({ ...asked, span: spans.find((span) => span === chosen) ?? null })}
        options={[
          { value: "all", label: "Any time" },
          ...spans.map((span) => ({ value: span, label: spanWords[span] })),
        ]}
      />
      {any !== null && (
        <IconButton
          label="Clear the filters"
          icon={<X aria-hidden />}
          onClick={() => onChange({ status: null, workflowId: null, startedBy: null, span: null })}
        />
      )}
    </>
  );
}
