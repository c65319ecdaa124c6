"use client";

import { UnfoldHorizontal } from "lucide-react";
import { useRef, useState, type PointerEvent } from "react";
import { classNames } from "../../ui/class-names.ts";
import { durationWords } from "../../ui/time-words.ts";
import { tickWords } from "./instant-words.ts";
import { ticksOf, type IdleStretch, type TimeMap, type TimeSpan } from "./time-map.ts";

interface GanttAxisProps {
  map: TimeMap;
  /** Epoch ms at which the run began: the axis counts from there. */
  zero: number;
  width: number;
  idle: readonly IdleStretch[];
  onFold(key: number, folded: boolean): void;
  onZoom(range: TimeSpan): void;
}

/** Times along the top. Dragging across chooses a range; a break opens when it is pressed. */
export function GanttAxis({ map, zero, width, idle, onFold, onZoom }: GanttAxisProps) {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<{ from: number; to: number } | null>(null);

  const placeOf = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect();
    return rect === undefined || rect.width === 0
      ? 0
      : Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width));
  };
  const end = (): void => {
    setRange(null);
    if (range === null) return;
    const from = Math.min(range.from, range.to);
    const to = Math.max(range.from, range.to);
    if ((to - from) * width > 6) onZoom({ from: map.time(from), to: map.time(to) });
  };

  return (
    <div
      ref={box}
      className="relative h-7 cursor-col-resize touch-none select-none"
      title="Drag across to zoom to a range"
      onPointerDown={(event) => {
        if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button") !== null)) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = placeOf(event);
        setRange({ from: at, to: at });
      }}
      onPointerMove={(event) => range !== null && setRange({ from: range.from, to: placeOf(event) })}
      onPointerUp={end}
      onPointerCancel={() => setRange(null)}
    >
      {ticksOf(map, zero, width).map(({ place, since }) => (
        <span
          key={since}
          className="figures absolute bottom-0 flex h-full items-end border-l border-line pb-1 pl-1 text-2xs whitespace-nowrap text-subtle"
          style={{ left: `${place * 100}%` }}
        >
          {tickWords(since)}
        </span>
      ))}
      {idle.map((stretch) => (
        <IdleMark key={stretch.key} stretch={stretch} map={map} onFold={onFold} />
      ))}
      {range !== null && (
        <span
          aria-hidden
          className="absolute inset-y-0 border-x border-accent bg-accent/20"
          style={{
            left: `${Math.min(range.from, range.to) * 100}%`,
            width: `${Math.abs(range.to - range.from) * 100}%`,
          }}
        />
      )}
    </div>
  );
}

function IdleMark({ stretch, map, onFold }: { stretch: IdleStretch; map: TimeMap; onFold: GanttAxisProps["onFold"] }) {
  const from = Math.max(0, map.place(stretch.from));
  const to = Math.min(1, map.place(stretch.to));
  if (to <= 0 || from >= 1 || to - from <= 0) return null;
  const words = durationWords(stretch.to - stretch.from);
  return (
    <button
      type="button"
      aria-label={
        stretch.folded
          ? `${words} in which nothing worked are folded. Unfold them`
          : `Fold ${words} in which nothing worked`
      }
      title={stretch.folded ? `${words} without work, folded. Press to unfold` : `${words} without work. Press to fold`}
      onClick={() => onFold(stretch.key, !stretch.folded)}
      className={classNames(
        "absolute inset-y-0 z-10 grid place-items-center overflow-hidden text-subtle hover:text-ink focus-visible:-outline-offset-2",
        stretch.folded ? "idle-break min-w-4 bg-sunken hover:bg-hover" : "border-t-2 border-line-strong hover:bg-hover",
      )}
      style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
    >
      {stretch.folded && <UnfoldHorizontal aria-hidden className="size-3.5" />}
    </button>
  );
}
