"use client";

import { useEffect, useState } from "react";
import { TabPanel, Tabs } from "../ui/tabs.tsx";
import { RunGraph } from "./graph/run-graph.tsx";
import { JournalLog } from "./journal-log.tsx";
import { RunResult } from "./run-result.tsx";
import type { RunFollower } from "./run-store.ts";
import { useScreen, useShown } from "./screen/use-screen.tsx";
import { SplitPane } from "./split-pane.tsx";
import { StepPanel } from "./step-panel.tsx";
import { Timeline } from "./timeline/timeline.tsx";
import { useWide } from "./use-wide.ts";

/** The views of a run. Wide: canvas over timeline, detail at the right. Narrow: one after the other, by tabs. */
export function RunTabs({ name, follower }: { name: string; follower: RunFollower }) {
  const [asked, setAsked] = useState("steps");
  const wide = useWide();
  const steps = useShown((state) => state.view.steps.length);
  const count = useShown((state) => state.events.length);
  const tab = wide && asked === "graph" ? "steps" : asked;
  return (
    <Tabs
      label="Views of the run"
      value={tab}
      onValueChange={setAsked}
      className="flex-1"
      tabs={[
        { value: "steps", label: "Steps", count: steps },
        ...(wide ? [] : [{ value: "graph", label: "Graph" }]),
        { value: "result", label: "Result" },
        { value: "journal", label: "Journal", count },
      ]}
    >
      <TabPanel value="steps" className="flex flex-col">
        {wide ? <Panes follower={follower} /> : <OneAtATime follower={follower} of="timeline" />}
      </TabPanel>
      {!wide && (
        <TabPanel value="graph" className="flex min-h-96 flex-col">
          <OneAtATime follower={follower} of="graph" />
        </TabPanel>
      )}
      <TabPanel value="result" className="overflow-auto">
        <Result name={name} />
      </TabPanel>
      <TabPanel value="journal" className="flex flex-col">
        <Journal />
      </TabPanel>
    </Tabs>
  );
}

function Panes({ follower }: { follower: RunFollower }) {
  return (
    <SplitPane
      direction="row"
      label="Width of the detail"
      name="run.detail"
      initial={0.66}
      first={
        <SplitPane
          direction="column"
          label="Height of the graph"
          name="run.graph"
          initial={0.52}
          first={<RunGraph />}
          second={<Timeline />}
        />
      }
      second={<StepPanel follower={follower} />}
    />
  );
}

/** On narrow screens the chosen step takes the place of what it was chosen in. */
function OneAtATime({ follower, of }: { follower: RunFollower; of: "timeline" | "graph" }) {
  const screen = useScreen();
  const chosen = useShown((state) => state.chosen);
  const [open, setOpen] = useState(chosen !== null);
  useEffect(
    () => screen.store.subscribe((now, before) => now.chosen !== before.chosen && setOpen(now.chosen !== null)),
    [screen],
  );
  if (open) return <StepPanel follower={follower} onBack={() => screen.choose(null)} />;
  return of === "timeline" ? <Timeline /> : <RunGraph />;
}

function Result({ name }: { name: string }) {
  const view = useShown((state) => state.view);
  return <RunResult view={view} name={name} />;
}

function Journal() {
  const events = useShown((state) => state.events);
  return <JournalLog events={events} />;
}
