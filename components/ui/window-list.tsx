"use client";

import { useEffect, useRef, useState, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

interface WindowListProps<Item> {
  items: readonly Item[];
  rowHeight: number;
  keyOf(item: Item): string | number;
  label: string;
  className?: string;
  /** Keeps the end in view while it was in view, as a log does. */
  follow?: boolean;
  /** Index that must be brought into view when it changes. */
  reveal?: number | null;
  children(item: Item, index: number): ReactNode;
}

const overscan = 8;

/** Rows of one height, of which only those in view exist: ten thousand cost what forty do. */
export function WindowList<Item>(props: WindowListProps<Item>) {
  const { items, rowHeight, keyOf, label, className, follow = false, reveal = null, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [view, setView] = useState({ top: 0, height: 600 });

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setView((old) => ({ ...old, height: element.clientHeight })));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (items.length > 0 && follow && atEnd.current && element !== null) element.scrollTop = element.scrollHeight;
  }, [follow, items.length]);

  useEffect(() => {
    const element = box.current;
    if (reveal === null || reveal < 0 || element === null) return;
    const top = reveal * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
  }, [reveal, rowHeight]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + overscan);
  return (
    <div
      ref={box}
      onScroll={(event) => {
        const element = event.currentTarget;
        atEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight;
        setView({ top: element.scrollTop, height: element.clientHeight });
      }}
      className={classNames("overflow-auto", className)}
    >
      <ul aria-label={label} className="relative" style={{ height: items.length * rowHeight }}>
        {items.slice(first, last).map((item, offset) => (
          <li
            key={keyOf(item)}
            className="absolute inset-x-0 [contain:layout_style]"
            style={{ top: (first + offset) * rowHeight, height: rowHeight }}
          >
            {children(item, first + offset)}
          </li>
        ))}
      </ul>
    </div>
  );
}
