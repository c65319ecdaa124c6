"use client";

import {
  useRef,
  useState,
  useSyncExternalStore,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from "react";
import { classNames } from "../ui/class-names.ts";

interface SplitPaneProps {
  /** `row`: side by side; `column`: one above the other. */
  direction: "row" | "column";
  /** Names the handle, and where this browser remembers the size. */
  label: string;
  name: string;
  /** Part of the first pane at first, 0 to 1. */
  initial: number;
  first: ReactNode;
  second: ReactNode;
}

const least = 0.15;
const most = 0.85;
const never = () => () => undefined;
const clamp = (part: number): number => Math.min(most, Math.max(least, part));

/** Two panes with a handle between them, moved by pointer or arrows; the size is remembered in this browser. */
export function SplitPane({ direction, label, name, initial, first, second }: SplitPaneProps) {
  const box = useRef<HTMLDivElement>(null);
  const [dragging, setDragging] = useState(false);
  const [moved, setMoved] = useState<number | null>(null);
  const key = `baton.split.${name}`;
  const isRow = direction === "row";
  // The server does not know the size; what it drew is taken up as it is, and then put right.
  const kept = useSyncExternalStore(
    never,
    () => Number(localStorage.getItem(key)),
    () => 0,
  );
  const part = moved ?? (kept > 0 ? clamp(kept) : initial);

  function change(next: number): void {
    setMoved(clamp(next));
    localStorage.setItem(key, String(clamp(next)));
  }
  function drag(event: PointerEvent): void {
    const rect = box.current?.getBoundingClientRect();
    if (!dragging || rect === undefined) return;
    change(isRow ? (event.clientX - rect.left) / rect.width : (event.clientY - rect.top) / rect.height);
  }
  function keys(event: KeyboardEvent): void {
    const back = isRow ? "ArrowLeft" : "ArrowUp";
    const on = isRow ? "ArrowRight" : "ArrowDown";
    if (event.key === back) change(part - 0.02);
    else if (event.key === on) change(part + 0.02);
    else if (event.key === "Home") change(least);
    else if (event.key === "End") change(most);
    else if (event.key === "Enter") change(initial);
    else return;
    event.preventDefault();
  }

  return (
    <div
      ref={box}
      className={classNames("grid min-h-0 min-w-0 flex-1", dragging && "select-none")}
      style={
        {
          [isRow ? "gridTemplateColumns" : "gridTemplateRows"]: `minmax(0, ${part}fr) 1px minmax(0, ${1 - part}fr)`,
        } as CSSProperties
      }
    >
      <div className="flex min-h-0 min-w-0 flex-col">{first}</div>
      <div
        role="separator"
        aria-label={label}
        aria-orientation={isRow ? "vertical" : "horizontal"}
        aria-valuenow={Math.round(part * 100)}
        aria-valuemin={least * 100}
        aria-valuemax={most * 100}
        tabIndex={0}
        title={`${label}. Double-click for the usual size`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragging(true);
        }}
        onPointerMove={drag}
        onPointerUp={() => setDragging(false)}
        onPointerCancel={() => setDragging(false)}
        onDoubleClick={() => change(initial)}
        onKeyDown={keys}
        className={classNames(
          "relative z-10 touch-none bg-line transition-colors hover:bg-accent focus-visible:bg-accent",
          // One pixel to see, nine to hit.
          "after:absolute after:content-['']",
          isRow
            ? "cursor-col-resize after:inset-y-0 after:-inset-x-1"
            : "cursor-row-resize after:inset-x-0 after:-inset-y-1",
          dragging && "bg-accent",
        )}
      />
      <div className="flex min-h-0 min-w-0 flex-col">{second}</div>
    </div>
  );
}
