import Link from "next/link";
import type { Run } from "../records/run.ts";
import { Badge } from "../ui/badge.tsx";
import { Duration, RelativeTime } from "../ui/relative-time.tsx";
import { Cell, HeadCell, Row, Table } from "../ui/table.tsx";
import { moneyWords } from "../ui/time-words.ts";
import { RunStatusMark } from "./run-status.tsx";

interface RunTableProps {
  runs: readonly Run[];
  label: string;
  /** Leaves out the workflow's name where all are of one. */
  ofOne?: boolean;
}

/** Runs as rows: state, what ran, how long, what it cost, when. */
export function RunTable({ runs, label, ofOne = false }: RunTableProps) {
  return (
    <Table label={label}>
      <thead>
        <tr>
          <HeadCell>State</HeadCell>
          <HeadCell>{ofOne ? "Run" : "Workflow"}</HeadCell>
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
          <Row key={run.id} interactive data-run={run.id}>
            <Cell className="w-32 whitespace-nowrap">
              <RunStatusMark status={run.status} />
            </Cell>
            <Cell className="w-full max-w-0">
              <Link
                href={`/runs/${run.id}`}
                className="flex min-w-0 flex-wrap items-center gap-x-2 font-medium hover:underline"
              >
                <span className="max-w-full truncate">{ofOne ? `Run ${run.id.slice(0, 8)}` : run.workflow_name}</span>
                <span className="figures shrink-0 font-normal text-subtle">v{run.version}</span>
                {run.model_label === "demo" && <Badge title="The offline demo model answered">demo model</Badge>}
              </Link>
            </Cell>
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
