"use client";

import { useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";

const gap = 20;
/** Below this, dots would be noise. */
const leastZoom = 0.5;

/**
 * The dots behind the drawing. One layer, a little larger than the canvas, that is shifted by less than one gap: moving the view paints
 * nothing, where a pattern would be painted anew with every frame.
 */
export function DotGrid() {
  const store = useStoreApi();
  const dots = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = ([x, y, zoom]: readonly [number, number, number]): void => {
      const { style } = dots.current ?? {};
      if (style === undefined) return;
      const step = gap * zoom;
      style.visibility = zoom < leastZoom ? "hidden" : "visible";
      style.backgroundSize = `${step}px ${step}px`;
      style.transform = `translate(${(x % step) - step}px, ${(y % step) - step}px)`;
    };
    place(store.getState().transform);
    return store.subscribe((state, before) => {
      if (state.transform !== before.transform) place(state.transform);
    });
  }, [store]);
  return <div ref={dots} aria-hidden className="dot-grid" />;
}
