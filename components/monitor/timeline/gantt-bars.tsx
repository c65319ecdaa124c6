import type { StepView } from "../../../engine/run/projection.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import { classNames } from "../../ui/class-names.ts";
import { statusColor } from "../../ui/status.tsx";
import { stepStatus } from "../step-status.ts";
import { barParts, type BarPart } from "./bars.ts";
import type { TimeMap } from "./time-map.ts";

// Whole strings: a thousand bars a second are drawn while somebody goes back in time.
const looks: Record<BarPart["kind"], string> = {
  queued: "absolute top-1/2 -translate-y-1/2 h-0.5 bg-queued opacity-60",
  waiting: "absolute top-1/2 -translate-y-1/2 h-2.5 rounded-[3px] text-waiting hatch border border-waiting/60",
  working: "absolute top-1/2 -translate-y-1/2 h-2.5 rounded-[3px] bg-current",
  failed: "absolute top-1/2 -translate-y-1/2 h-2.5 rounded-[3px] bg-failed",
  holding: "absolute top-1/2 -translate-y-1/2 h-1 rounded-full bg-current opacity-40",
};
const openLooks: Partial<Record<BarPart["kind"], string>> = {
  working: "absolute top-1/2 -translate-y-1/2 h-2.5 rounded-[3px] bg-current/75 sweep",
  holding: "absolute top-1/2 -translate-y-1/2 h-1 rounded-full bg-current sweep opacity-60",
};

interface GanttBarsProps {
  plan: Plan;
  step: StepView;
  map: TimeMap;
  now: number;
  /** Outlined: the run could not have ended sooner without it. */
  critical: boolean;
}

/** When a step worked and waited, one part an attempt. */
export function GanttBars({ plan, step, map, now, critical }: GanttBarsProps) {
  const parts = barParts(plan, step, now);
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  return (
    // Cut a little outside of the axis, so that an outline at its end is whole.
    <span className={classNames("absolute inset-0 [clip-path:inset(0_-5px)]", statusColor(stepStatus(step)))}>
      {parts.map((part) => (
        <span
          key={`${part.kind} ${part.from}`}
          className={(part.open ? openLooks[part.kind] : undefined) ?? looks[part.kind]}
          style={placed(map, part.from, part.to)}
        />
      ))}
      {critical && (
        <span
          data-critical
          className="absolute top-1/2 h-4 -translate-y-1/2 rounded-[5px] border-[1.5px] border-ink/75"
          style={placed(map, first.from, last.to, 3)}
        />
      )}
    </span>
  );
}

/** Where a span of time is drawn, never too thin to be seen. `room` px are left around it. */
export function placed(map: TimeMap, from: number, to: number, room = 0) {
  const left = map.place(from);
  const width = Math.max(0, map.place(to) - left);
  return {
    left: `calc(${(left * 100).toFixed(4)}% - ${room}px)`,
    width: `calc(max(2px, ${(width * 100).toFixed(4)}%) + ${room * 2}px)`,
  };
}
