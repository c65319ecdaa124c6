"use client";

import { Maximize, Minus, Plus } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from "react";
import { isRunEnded } from "../../../engine/run/status.ts";
import { useCommandSource } from "../../commands/commands-provider.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { WindowList } from "../../ui/window-list.tsx";
import { stepRows, type Folding } from "../step-rows.ts";
import { useScreen, useShown } from "../screen/use-screen.tsx";
import { actualPath } from "./critical-path.ts";
import { GanttAxis } from "./gantt-axis.tsx";
import { GanttRow, rowGrid } from "./gantt-row.tsx";
import { Crosshair, HoverCard, useHover } from "./hover.tsx";
import { idleStretches, TimeMap, type TimeSpan } from "./time-map.ts";
import { useMoment } from "./use-moment.ts";
import { movedBy, zoomedBy } from "./zoom.ts";
import "./timeline.css";

const rowHeight = 30;

/** Held by the chart itself while it is in focus. */
const timelineKeys = [
  { id: "zoom-timeline", title: "Zoom in and out", group: "Timeline", keys: ["+", "-"] },
  { id: "whole-timeline", title: "Show the whole run", group: "Timeline", keys: ["0"] },
  { id: "move-timeline", title: "Earlier, later", group: "Timeline", keys: ["Shift+ArrowLeft", "Shift+ArrowRight"] },
  { id: "fold-step", title: "Fold, unfold a container", group: "Timeline", keys: ["ArrowLeft", "ArrowRight"] },
];

/** The run as bars on an axis of time, by scope and iteration. */
export function Timeline() {
  const screen = useScreen();
  const { plan } = screen;
  const tree = useShown((state) => state.tree);
  const current = useShown((state) => state.current);
  const chosen = useShown((state) => state.chosen);
  const [folding, setFolding] = useState<Folding>(new Map());
  const { now, live } = useMoment();
  const chart = useRef<HTMLDivElement>(null);
  const { whole, map, idle, setOpened, setRange, range } = useTimeMap(now);
  const width = useWidth(chart);
  const hover = useHover(chart, map);

  const rows = useMemo(() => stepRows(plan, tree, unfolded(folding, chosen)), [plan, tree, folding, chosen]);
  const critical = useCriticalPath();
  const index = chosen === null ? null : rows.findIndex((row) => row.key === chosen);

  function move(by: number): void {
    const choosable = rows.filter((row) => row.kind === "step" || row.kind === "ahead");
    const at = choosable.findIndex((row) => row.key === current);
    const next = choosable[Math.min(choosable.length - 1, Math.max(0, at + by))];
    if (next !== undefined) screen.choose(next.key);
  }

  useStepCommands(move);
  useWheelZoom(chart, (factor, around) => setRange(zoomedBy(whole, map, factor, around)));

  const keys = (event: KeyboardEvent): void => {
    if (event.key === "+" || event.key === "=") setRange(zoomedBy(whole, map, 1.5, 0.5));
    else if (event.key === "-") setRange(zoomedBy(whole, map, 1 / 1.5, 0.5));
    else if (event.key === "0") setRange(null);
    else if (event.shiftKey && event.key === "ArrowRight") setRange(movedBy(whole, map, 0.25));
    else if (event.shiftKey && event.key === "ArrowLeft") setRange(movedBy(whole, map, -0.25));
    else return;
    event.preventDefault();
  };

  return (
    <section aria-label="Timeline" className="flex min-h-0 flex-1 flex-col bg-surface">
      <div
        role="presentation"
        className="flex min-h-0 flex-1 flex-col"
        style={{ "--names": "clamp(210px, 38%, 360px)" } as CSSProperties}
        onKeyDown={keys}
      >
        <div className={`${rowGrid} shrink-0 overflow-hidden border-b [scrollbar-gutter:stable]`}>
          <Toolbar
            zoomed={range !== null}
            onZoom={(factor) => setRange(factor === null ? null : zoomedBy(whole, map, factor, 0.5))}
          />
          <div ref={chart} className="relative mx-2 hidden sm:block">
            <GanttAxis
              map={map}
              zero={whole.span.from}
              width={width}
              idle={idle}
              onFold={(key, folded) => setOpened(key, !folded)}
              onZoom={setRange}
            />
          </div>
        </div>
        <div className="relative flex min-h-0 flex-1 flex-col" onPointerMove={hover.moved} onPointerLeave={hover.left}>
          <WindowList
            items={rows}
            rowHeight={rowHeight}
            keyOf={(row) => row.key}
            label="Steps"
            className="min-h-0 flex-1 py-1 [scrollbar-gutter:stable]"
            reveal={index}
          >
            {(row) => (
              <GanttRow
                row={row}
                plan={plan}
                tree={tree}
                map={map}
                now={now}
                live={live}
                chosen={row.key === current}
                critical={row.kind === "step" && critical.has(row.step.step)}
                onChoose={(step) => screen.choose(step)}
                onFold={(key, open) => setFolding((old) => new Map(old).set(key, open))}
                onMove={move}
              />
            )}
          </WindowList>
          <Crosshair hover={hover} />
        </div>
        <HoverCard hover={hover} zero={whole.span.from} now={now} />
      </div>
    </section>
  );
}

/** The name of the pane, and how much of the run it shows. */
function Toolbar({ zoomed, onZoom }: { zoomed: boolean; onZoom(factor: number | null): void }) {
  return (
    <div className="flex h-7 items-center gap-0.5 pr-1 pl-3">
      <h2 className="min-w-0 flex-1 truncate text-xs font-medium text-muted">Timeline</h2>
      <span className="hidden sm:contents">
        <IconButton
          label="Show a longer time"
          shortcut="−"
          className="size-6"
          disabled={!zoomed}
          icon={<Minus aria-hidden />}
          onClick={() => onZoom(1 / 1.5)}
        />
        <IconButton
          label="Show a shorter time"
          shortcut="+"
          className="size-6"
          icon={<Plus aria-hidden />}
          onClick={() => onZoom(1.5)}
        />
        <IconButton
          label="Show the whole run"
          shortcut="0"
          className="size-6"
          disabled={!zoomed}
          icon={<Maximize aria-hidden />}
          onClick={() => onZoom(null)}
        />
      </span>
    </div>
  );
}

/** What was chosen elsewhere must not stay hidden in a closed group. */
function unfolded(folding: Folding, chosen: string | null): Folding {
  if (chosen === null || !chosen.includes(".")) return folding;
  const open = new Map<string, boolean>();
  for (let dot = chosen.indexOf("."); dot > 0; dot = chosen.indexOf(".", dot + 1)) open.set(chosen.slice(0, dot), true);
  return new Map([...open, ...folding]);
}

/** The axis: all of the run with its idle stretches folded, and the part of it that is shown. */
function useTimeMap(now: number) {
  const screen = useScreen();
  const view = useShown((state) => state.view);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [range, setRange] = useState<TimeSpan | null>(null);
  const from = view.startedAt ?? view.queuedAt ?? now;
  const to = Math.max(now, from + 1);
  const idle = useMemo(
    () => idleStretches({ from, to }, screen.workUpTo(view.seq, now), opened),
    [screen, view.seq, from, to, now, opened],
  );
  const whole = useMemo(() => new TimeMap({ from, to }, idle), [from, to, idle]);
  const map = useMemo(() => whole.zoomed(range), [whole, range]);
  return {
    whole,
    map,
    idle,
    range,
    setRange,
    setOpened(key: number, open: boolean) {
      setOpened((old) => {
        const next = new Set(old);
        if (open) next.add(key);
        else next.delete(key);
        return next;
      });
    },
  };
}

/** Estimated while the run goes on; afterwards what it really waited for. */
function useCriticalPath(): ReadonlySet<string> {
  const { plan } = useScreen();
  const ended = useShown(({ view }) => (isRunEnded(view.status) ? view.steps : null));
  return useMemo(() => (ended === null ? new Set(plan.criticalPath) : actualPath(plan, ended)), [plan, ended]);
}

function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

/** Mod and the wheel zoom around the pointer. React listens passively, so that the page would zoom as well. */
function useWheelZoom(chart: { current: HTMLElement | null }, zoom: (factor: number, around: number) => void): void {
  const act = useRef(zoom);
  useEffect(() => {
    act.current = zoom;
  });
  useEffect(() => {
    const section = chart.current?.closest("section");
    if (section === null || section === undefined) return;
    const turned = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const rect = chart.current?.getBoundingClientRect();
      if (rect === undefined || rect.width === 0) return;
      const around = Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width));
      act.current(Math.exp(-event.deltaY / 240), around);
    };
    section.addEventListener("wheel", turned, { passive: false });
    return () => section.removeEventListener("wheel", turned);
  }, [chart]);
}

function useStepCommands(move: (by: number) => void): void {
  const group = "Steps";
  useCommandSource({
    commands: () => [
      { id: "next-step", title: "Next step", group, keys: ["j"], run: () => move(1) },
      { id: "previous-step", title: "Previous step", group, keys: ["k"], run: () => move(-1) },
    ],
    alsoShown: timelineKeys,
  });
}
