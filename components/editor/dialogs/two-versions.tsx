import { useMemo } from "react";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { asWritten } from "../../ui/as-written.ts";
import { Cell, HeadCell, Row, Table } from "../../ui/table.tsx";
import { compareFiles } from "../store/compare.ts";

interface TwoVersionsProps {
  mine: WorkflowFile;
  theirs: WorkflowFile;
}

/** Two versions of a draft beside each other: each thing in which they differ, as either has it. */
export function TwoVersions({ mine, theirs }: TwoVersionsProps) {
  const { differences, more } = useMemo(() => compareFiles(mine, theirs), [mine, theirs]);
  if (differences.length === 0) {
    return <p className="text-xs text-subtle">They say the same: only places on the canvas differ.</p>;
  }
  return (
    <div className="rounded-lg border">
      <Table label="How the two differ" className="table-fixed text-xs">
        <thead>
          <tr>
            <HeadCell className="w-1/4 rounded-tl-lg bg-raised">What</HeadCell>
            <HeadCell className="bg-raised">Mine · {sizeWords(mine)}</HeadCell>
            <HeadCell className="rounded-tr-lg bg-raised">Theirs · {sizeWords(theirs)}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {differences.map((difference) => (
            <Row key={difference.id}>
              <Cell className="h-8 align-top font-medium break-words" dir="auto">
                {asWritten(difference.what)}
              </Cell>
              <Side text={difference.mine} />
              <Side text={difference.theirs} />
            </Row>
          ))}
        </tbody>
      </Table>
      {more > 0 && <p className="border-t px-4 py-2 text-xs text-subtle">And {more} more.</p>}
    </div>
  );
}

function Side({ text }: { text: string | null }) {
  return (
    <Cell className="h-8 align-top break-words" dir="auto">
      {text === null ? <span className="text-subtle">not there</span> : asWritten(text)}
    </Cell>
  );
}

function sizeWords({ nodes, edges }: WorkflowFile): string {
  return `${nodes.length} ${nodes.length === 1 ? "step" : "steps"}, ${edges.length} ${edges.length === 1 ? "connection" : "connections"}`;
}
