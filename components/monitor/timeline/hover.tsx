"use client";

import { useEffect, useRef, useState, type PointerEvent, type RefObject } from "react";
import { createStore, useStore, type StoreApi } from "zustand";
import { Status } from "../../ui/status.tsx";
import { durationWords } from "../../ui/time-words.ts";
import { useScreen, useShown } from "../screen/use-screen.tsx";
import { stepStatus } from "../step-status.ts";
import { barParts, type BarPart } from "./bars.ts";
import { instantWords, tickWords } from "./instant-words.ts";
import type { TimeMap } from "./time-map.ts";

interface HoverState {
  /** Where the pointer is: px in the window, and px from the left of the list. */
  x: number;
  y: number;
  left: number;
  /** Epoch ms under the pointer; null outside of the chart. */
  at: number | null;
  step: string | null;
}

export interface Hover {
  store: StoreApi<HoverState>;
  moved(event: PointerEvent<HTMLElement>): void;
  left(): void;
}

const nowhere: HoverState = { x: 0, y: 0, left: 0, at: null, step: null };

/** What the pointer is over, kept beside React so that moving it draws the cross hair and nothing else. */
export function useHover(chart: RefObject<HTMLDivElement | null>, map: TimeMap): Hover {
  const [store] = useState(() => createStore(() => nowhere));
  const shown = useRef(map);
  useEffect(() => {
    shown.current = map;
  }, [map]);
  const [hover] = useState<Hover>(() => ({
    store,
    moved(event) {
      const rect = chart.current?.getBoundingClientRect();
      const list = event.currentTarget.getBoundingClientRect();
      if (rect === undefined || event.clientX < rect.left || event.clientX > rect.right) return store.setState(nowhere);
      const row = event.target instanceof Element ? event.target.closest("[data-row]") : null;
      store.setState({
        x: event.clientX,
        y: event.clientY,
        left: event.clientX - list.left,
        at: shown.current.time((event.clientX - rect.left) / rect.width),
        step: row?.getAttribute("data-step") ?? null,
      });
    },
    left: () => store.setState(nowhere),
  }));
  return hover;
}

export function Crosshair({ hover }: { hover: Hover }) {
  const left = useStore(hover.store, (state) => (state.at === null ? null : state.left));
  if (left === null) return null;
  return <span aria-hidden className="pointer-events-none absolute inset-y-0 w-px bg-line-strong" style={{ left }} />;
}

const words: Record<BarPart["kind"], string> = {
  queued: "In the queue",
  waiting: "Waited",
  working: "Worked",
  failed: "Failed",
  holding: "From first to last",
};

/** The exact times of what is under the pointer. */
export function HoverCard({ hover, zero, now }: { hover: Hover; zero: number; now: number }) {
  const { x, y, at, step: name } = useStore(hover.store);
  const { plan } = useScreen();
  const step = useShown(({ tree }) => (name === null ? null : tree.step(name)));
  if (at === null) return null;
  const parts = step === null ? [] : barParts(plan, step, now);
  // Beside the pointer, on the side that has room.
  const side = x > window.innerWidth - 400 ? { right: window.innerWidth - x + 14 } : { left: x + 14 };
  const height = y > window.innerHeight - 180 ? { bottom: window.innerHeight - y + 10 } : { top: y + 14 };
  return (
    <div
      aria-hidden
      className="pointer-events-none fixed z-50 grid max-w-96 gap-1 rounded-md border border-line bg-raised px-2.5 py-1.5 text-xs shadow-raised"
      style={{ ...side, ...height }}
    >
      {step !== null && (
        <span className="flex items-center gap-2">
          <Status name={stepStatus(step)} />
          <span className="truncate font-medium" dir="auto">
            {step.name}
          </span>
        </span>
      )}
      {parts.slice(0, 8).map((part) => (
        <span
          key={`${part.kind} ${part.from}`}
          className="figures grid grid-cols-[1fr_auto] gap-x-4 whitespace-nowrap text-muted"
        >
          <span>
            {words[part.kind]}
            {part.attempt !== null && parts.length > 1 && ` (attempt ${part.attempt})`}{" "}
            {durationWords(part.to - part.from)}
          </span>
          <span>
            {instantWords(part.from)} – {part.open ? "now" : instantWords(part.to)}
          </span>
        </span>
      ))}
      {parts.length > 8 && <span className="text-subtle">and {parts.length - 8} more</span>}
      <span className="figures text-subtle">
        {instantWords(at)}, {tickWords(Math.round(at - zero))} after the start
      </span>
    </div>
  );
}
