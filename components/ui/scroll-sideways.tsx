"use client";

import { useEffect, useRef, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

interface ScrollSidewaysProps {
  /** What it holds, for those who reach it by keyboard. */
  label: string;
  as?: "div" | "pre";
  className?: string;
  children: ReactNode;
}

/** Something wide that scrolls inside itself. It is a stop of the Tab key while there is something to scroll to, and only then. */
export function ScrollSideways({ label, as: Tag = "div", className, children }: ScrollSidewaysProps) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    const measure = () => {
      const over = current.scrollWidth > current.clientWidth + 1 || current.scrollHeight > current.clientHeight + 1;
      if (over) {
        current.tabIndex = 0;
        current.setAttribute("role", "group");
        current.setAttribute("aria-label", label);
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) current.removeAttribute(name);
      }
    };
    const watch = new ResizeObserver(measure);
    watch.observe(current);
    for (const child of current.children) watch.observe(child);
    return () => watch.disconnect();
  }, [label]);
  const hold = (element: HTMLElement | null): void => {
    box.current = element;
  };
  return (
    <Tag ref={hold} className={classNames("overflow-auto", className)}>
      {children}
    </Tag>
  );
}
