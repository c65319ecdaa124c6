import type { Agent } from "../../contracts/api/agent.ts";
import { Card, CardHeader } from "../ui/card.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { durationWords, moneyWords } from "../ui/time-words.ts";
import { successWords } from "./agent-words.ts";

/** How it did in the last 30 days, from the attempts of real runs. */
export function AgentNumbers({ agent: { record } }: { agent: Agent }) {
  const rows = [
    ["Asked", String(record.calls)],
    ["Answered", successWords(record) ?? "–"],
    ["Usual time", record.medianMs === null ? "–" : durationWords(record.medianMs)],
    ["Cost", moneyWords(record.costUsd)],
  ];
  return (
    <Card>
      <CardHeader title="Last 30 days" />
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 p-4">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-subtle">{name}</dt>
            <dd className="text-base tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {record.lastAt !== null && (
        <p className="figures border-t px-4 py-2 text-subtle">
          last asked <RelativeTime at={record.lastAt} />
        </p>
      )}
    </Card>
  );
}
