"use client";

import { useState } from "react";
import { SearchInput } from "../../ui/search-input.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { shortValue } from "../expression/short-value.ts";
import { useLastRun, useNodeLive } from "../run/use-live.ts";
import { useInspector } from "./inspector-context.tsx";

/** All that this step can read, with what it was in the last run. A click writes it into the field that had the cursor. */
export function InputPanel({ onPick }: { onPick(path: string): void }) {
  const { scope } = useInspector();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const groups = scope
    .map((group) => ({
      ...group,
      entries: group.entries.filter(
        (entry) =>
          wanted === "" || entry.path.toLowerCase().includes(wanted) || group.title.toLowerCase().includes(wanted),
      ),
    }))
    .filter((group) => group.entries.length > 0);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <GivenInput />
      <SearchInput label="Search what can be read" value={search} onValueChange={setSearch} />
      {groups.length === 0 && <p className="text-xs text-subtle">Nothing of that name can be read here.</p>}
      {groups.map((group) => (
        <div key={group.root}>
          <h3 className="mb-0.5 flex items-baseline gap-1.5 text-xs font-medium" dir="auto">
            <span className="truncate">{group.title}</span>
            <code className="font-mono text-2xs font-normal text-subtle">{group.root}</code>
          </h3>
          <ul>
            {group.entries.map((entry) => (
              <li key={entry.path}>
                <button
                  type="button"
                  // Before the field loses its cursor.
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => onPick(entry.path)}
                  title={`Write {{ ${entry.path} }} where the cursor is`}
                  style={{ paddingLeft: 8 + entry.depth * 10 }}
                  className="flex w-full items-baseline gap-2 rounded-md py-0.5 pr-2 text-left hover:bg-hover"
                >
                  <code className="shrink-0 font-mono text-2xs">
                    {entry.path.split(/[.[]/).at(-1)?.replace(/["\]]/g, "") ?? entry.path}
                  </code>
                  <span className="min-w-0 flex-1 truncate text-right text-2xs text-subtle">
                    {entry.sample === undefined ? entry.type : shortValue(entry.sample)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

/** The settings as the last run had them, every expression put in: what one looks at first when a step did something odd. */
function GivenInput() {
  const { nodeId } = useInspector();
  const run = useLastRun();
  const live = useNodeLive(nodeId);
  const input = (live?.run.step ?? run?.steps.findLast((step) => step.node === nodeId))?.input ?? null;
  if (input === null) return null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1 rounded-md border border-line p-2">
      <h3 className="text-xs font-medium">Given in the last run</h3>
      <JsonView value={input} label="the resolved input" open={1} />
    </div>
  );
}
