"use client";

import { useState } from "react";
import { z } from "zod";
import { limitsSchema, limitsViewSchema, type LimitsView } from "../../contracts/api/limits.ts";
import { may } from "../records/organization.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { moneyWords } from "../ui/time-words.ts";
import { toast } from "../ui/toast.tsx";
import { failureOf, formFaults, type Failure } from "./form-faults.ts";
import { LimitRows } from "./limit-rows.tsx";
import { BreakerCard } from "./breaker-card.tsx";

const answerSchema = z.object(limitsViewSchema.shape);

/** What the organisation bounds itself by: money, runs that wait, and steps at once. */
export function LimitsPage() {
  const api = useApi();
  const { organization } = useWorkspace();
  const view = useLiveQuery(organization.id, null, () => api.call("GET", "/limits", answerSchema));
  return (
    <>
      {view.error !== null && <ErrorState title="The limits could not be read" description={view.error} />}
      {view.value === null && view.error === null && (
        <Card>
          <SkeletonRows rows={4} label="Reading the limits" />
        </Card>
      )}
      {view.value !== null && (
        <LimitsForm key={JSON.stringify(view.value.limits)} view={view.value} onSaved={view.refresh} />
      )}
      <BreakerCard />
    </>
  );
}

/** Numbers as they are typed. */
interface Written {
  monthlyBudgetUsd: string;
  queuedRuns: string;
  steps: string;
  workflows: Record<string, string>;
  agents: Record<string, string>;
  providers: Record<string, string>;
}

function text(value: number | null): string {
  return value === null ? "" : String(value);
}

function texts(values: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function writtenOf({ limits }: LimitsView): Written {
  return {
    monthlyBudgetUsd: text(limits.monthlyBudgetUsd),
    queuedRuns: text(limits.queuedRuns),
    steps: text(limits.steps),
    workflows: texts(limits.workflows),
    agents: texts(limits.agents),
    providers: texts(limits.providers),
  };
}

function numberOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

/** Rows whose number was left empty are no limits. */
function numbersOf(texts: Record<string, string>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text.trim() === "" ? [] : [[name, numberOf(text)]])),
  );
}

function LimitsForm({ view, onSaved }: { view: LimitsView; onSaved(): void }) {
  const api = useApi();
  const { organization } = useWorkspace();
  const editable = may(organization.role, "administer");
  const [written, setWritten] = useState(() => writtenOf(view));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const body = {
    monthlyBudgetUsd: numberOf(written.monthlyBudgetUsd),
    queuedRuns: numberOf(written.queuedRuns),
    steps: numberOf(written.steps),
    workflows: numbersOf(written.workflows),
    agents: numbersOf(written.agents),
    providers: numbersOf(written.providers),
  };
  const faults = formFaults(limitsSchema, body);
  const shown = tried ? faults : {};

  async function save() {
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    setBusy(true);
    setFailure(null);
    try {
      await api.call("PUT", "/limits", answerSchema, body);
      toast({ tone: "success", title: "The limits are saved", description: "Workers keep them within five seconds." });
      onSaved();
    } catch (thrown) {
      setFailure(failureOf(thrown));
    }
    setBusy(false);
  }
  const typed = (key: "monthlyBudgetUsd" | "queuedRuns" | "steps") => ({
    value: written[key],
    disabled: !editable,
    inputMode: "decimal" as const,
    onChange: (event: { target: { value: string } }) => setWritten((old) => ({ ...old, [key]: event.target.value })),
  });

  return (
    <Card>
      <CardHeader title="Limits and budget" description="All workers count together. Empty: not bounded." />
      <form
        noValidate
        className="grid gap-5 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {failure !== null && <ErrorState title="Nothing was saved" {...failure} />}
        <div className="grid gap-4 sm:grid-cols-3">
          <Field
            className="content-start"
            label="Budget a month, US dollars"
            hint={`${moneyWords(view.now.spentThisMonthUsd)} spent this month (UTC).`}
            error={shown["monthlyBudgetUsd"]}
          >
            {(control) => <Input {...control} {...typed("monthlyBudgetUsd")} />}
          </Field>
          <Field
            className="content-start"
            label="Runs queued"
            hint={`${view.now.queuedRuns.toLocaleString("en")} of ${view.now.mostQueuedRuns.toLocaleString("en")} now. Past it, starting a run is refused.`}
            error={shown["queuedRuns"]}
          >
            {(control) => <Input {...control} {...typed("queuedRuns")} />}
          </Field>
          <Field
            className="content-start"
            label="Steps at once"
            hint="That call models or other services, over all runs. More of them wait."
            error={shown["steps"]}
          >
            {(control) => <Input {...control} {...typed("steps")} />}
          </Field>
        </div>
        <LimitRows
          editable={editable}
          values={written}
          faults={shown}
          onChange={(kind, values) => setWritten((old) => ({ ...old, [kind]: values }))}
        />
        {editable && (
          <div className="flex justify-end border-t pt-4">
            <Button type="submit" size="medium" tone="primary" busy={busy}>
              Save the limits
            </Button>
          </div>
        )}
      </form>
    </Card>
  );
}
