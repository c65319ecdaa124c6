"use client";

import { useState } from "react";

interface Held<Row> {
  key: string;
  rows: readonly Row[];
}

/**
 * Rows that stay where they are while somebody looks: what is shown changes in place, and newcomers wait above until they are asked for.
 * While nobody is bound to a place (`free`), they come in by themselves.
 */
export function useSteadyRows<Row extends { id: string }>(key: string, newest: readonly Row[], free: boolean) {
  const [held, setHeld] = useState<Held<Row>>({ key, rows: newest });
  const anew = held.key !== key || free || held.rows.length === 0;
  const rows = anew ? newest : merged(held.rows, newest);
  // What is drawn is derived from what was drawn before; React draws again at once, before anybody sees the old.
  if (!same(rows, held.rows) || held.key !== key) setHeld({ key, rows });
  const shown = new Set(rows.map((row) => row.id));
  const waiting = newest.filter((row) => !shown.has(row.id)).length;
  return { rows, waiting, show: () => setHeld({ key, rows: newest }) };
}

/** The held rows as they are now. Rows that left the newest page (more came, or they no longer match) keep what was last known. */
function merged<Row extends { id: string }>(held: readonly Row[], newest: readonly Row[]): readonly Row[] {
  const now = new Map(newest.map((row) => [row.id, row]));
  return held.map((row) => now.get(row.id) ?? row);
}

function same<Row>(one: readonly Row[], other: readonly Row[]): boolean {
  return one.length === other.length && one.every((row, index) => row === other[index]);
}
