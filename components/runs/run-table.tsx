import type { Run } from "../records/run.ts";
import { Badge } from "../ui/badge.tsx";
import { Checkbox } from "../ui/checkbox.tsx";
import { Duration, RelativeTime } from "../ui/relative-time.tsx";
import { RowLink } from "../ui/row-link.tsx";
import { Cell, HeadCell, Row, Table } from "../ui/table.tsx";
import { moneyWords } from "../ui/time-words.ts";
import { RunStatusMark } from "./run-status.tsx";

interface RunTableProps {
  runs: readonly Run[];
  label: string;
  /** Leaves out the workflow's name where all are of one. */
  ofOne?: boolean;
  /** Names of people, to say who started a run. */
  people?: readonly { id: string; name: string }[];
  /** Which are chosen; with it, rows can be. */
  chosen?: ReadonlySet<string>;
  onChoose?(chosen: ReadonlySet<string>): void;
}

/** Runs as rows: state, what ran, how long, what it cost, when. */
export function RunTable({ runs, label, ofOne = false, people, chosen, onChoose }: RunTableProps) {
  const nameOf = (id: string | null) => people?.find((person) => person.id === id)?.name;
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    onChoose?.(next);
  };
  return (
    <Table label={label}>
      <thead>
        <tr>
          {chosen !== undefined && (
            <HeadCell className="w-8 pr-0">
              <Checkbox
                aria-label="Choose all runs"
                checked={chosen.size === 0 ? false : chosen.size < runs.length ? "indeterminate" : true}
                onCheckedChange={(on) => onChoose?.(new Set(on ? runs.map((run) => run.id) : []))}
              />
            </HeadCell>
          )}
          <HeadCell>State</HeadCell>
          <HeadCell>{ofOne ? "Run" : "Workflow"}</HeadCell>
          {people !== undefined && <HeadCell className="hidden lg:table-cell">By</HeadCell>}
          <HeadCell figure className="hidden sm:table-cell">
            Duration
          </HeadCell>
          <HeadCell figure className="hidden md:table-cell">
            Cost
          </HeadCell>
          <HeadCell figure>Started</HeadCell>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Row
            key={run.id}
            interactive
            data-run={run.id}
            className={chosen?.has(run.id) === true ? "bg-selected" : undefined}
          >
            {chosen !== undefined && (
              <Cell className="w-8 pr-0">
                <Checkbox
                  aria-label={`Choose run ${run.id.slice(0, 8)} of ${run.workflow_name}`}
                  checked={chosen.has(run.id)}
                  onCheckedChange={(on) => choose(run.id, on)}
                />
              </Cell>
            )}
            <Cell className="w-32 whitespace-nowrap">
              <RunStatusMark run={run} />
            </Cell>
            <Cell className="w-full max-w-0">
              <RowLink
                href={`/runs/${run.id}`}
                className="flex min-w-0 items-center gap-x-2 font-medium hover:underline max-sm:flex-wrap"
              >
                <span className="max-w-full min-w-0 truncate" dir="auto">
                  {ofOne ? `Run ${run.id.slice(0, 8)}` : run.workflow_name}
                </span>
                <span className="figures shrink-0 font-normal text-subtle">v{run.version}</span>
                {run.model_label === "demo" && (
                  <Badge className="shrink-0" title="The offline demo model answered">
                    demo model
                  </Badge>
                )}
              </RowLink>
            </Cell>
            {people !== undefined && (
              <Cell className="hidden max-w-40 truncate text-xs text-muted lg:table-cell">
                {nameOf(run.created_by) ?? <span className="text-subtle">API</span>}
              </Cell>
            )}
            <Cell figure className="hidden sm:table-cell">
              {run.started_at === null ? (
                <span className="text-subtle">–</span>
              ) : (
                <Duration
                  from={Date.parse(run.started_at)}
                  to={run.ended_at === null ? null : Date.parse(run.ended_at)}
                />
              )}
            </Cell>
            <Cell figure className="hidden md:table-cell">
              {moneyWords(run.cost_usd)}
            </Cell>
            <Cell figure>
              <RelativeTime at={run.created_at} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
