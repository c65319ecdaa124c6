"use client";

import { History } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import type { RunEvent } from "../../engine/run/event.ts";
import { Button } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { JsonView } from "../ui/json-view.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import { WindowList } from "../ui/window-list.tsx";
import { useScreen } from "./screen/use-screen.tsx";

/** The journal itself, event by event: what everything else on the page is folded from. */
export function JournalLog({ events }: { events: readonly RunEvent[] }) {
  const screen = useScreen();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const shown = useMemo(
    () => (wanted === "" ? events : events.filter((event) => haystack(event).includes(wanted))),
    [events, wanted],
  );
  const event = chosen === null ? undefined : events[chosen - 1];
  return (
    <div className="grid min-h-0 flex-1 grid-rows-[auto_minmax(0,1fr)] lg:grid-cols-[minmax(0,1fr)_minmax(0,42%)]">
      <div className="flex items-center gap-3 border-b px-4 py-2 lg:col-span-2">
        <SearchInput label="Filter by type or step" value={search} onValueChange={setSearch} className="w-64" />
        <span className="figures text-subtle">
          {shown.length === events.length ? `${events.length} events` : `${shown.length} of ${events.length} events`}
        </span>
      </div>
      <WindowList items={shown} rowHeight={28} keyOf={(each) => each.seq} label="Journal" follow className="min-h-64">
        {(each) => (
          <div className="h-full">
            <button
              type="button"
              aria-pressed={each.seq === chosen}
              onClick={() => {
                setChosen(each.seq);
                // What is chosen in one view is chosen in all.
                if ("step" in each && each.step !== null) screen.choose(each.step);
              }}
              className={classNames(
                "figures flex size-full items-center gap-3 px-4 text-left hover:bg-hover focus-visible:-outline-offset-2",
                each.seq === chosen && "bg-selected hover:bg-selected",
              )}
            >
              <span className="w-10 shrink-0 text-right text-subtle">{each.seq}</span>
              <span className="hidden shrink-0 text-subtle sm:inline">
                {new Date(each.at).toISOString().slice(11, 23)}
              </span>
              <span className={classNames("w-36 shrink-0 truncate", eventColor(each))}>{each.type}</span>
              <span className="min-w-0 flex-1 truncate font-mono text-muted">{subject(each)}</span>
            </button>
          </div>
        )}
      </WindowList>
      <div className="min-h-0 overflow-auto border-line p-4 max-lg:border-t lg:border-l">
        {event === undefined ? (
          <p className="text-sm text-subtle">Choose an event to see what it carries.</p>
        ) : (
          <div className="grid gap-3">
            <div>
              <Button onClick={() => screen.seek(event.seq)}>
                <History aria-hidden /> Show the run at this event
              </Button>
            </div>
            <JsonView key={event.seq} value={event} label={`event ${event.seq}`} />
          </div>
        )}
      </div>
    </div>
  );
}

function subject(event: RunEvent): string {
  if ("step" in event && event.step !== null) return event.step;
  return event.type === "timer-fired" ? event.key : "";
}

function haystack(event: RunEvent): string {
  return `${event.type} ${subject(event)}`.toLowerCase();
}

function eventColor(event: RunEvent): string {
  if (event.type.endsWith("failed")) return "text-failed";
  if (event.type.endsWith("completed")) return "text-completed";
  if (event.type.startsWith("approval") || event.type.startsWith("wait")) return "text-waiting";
  if (event.type.endsWith("started")) return "text-running";
  return "text-ink";
}
