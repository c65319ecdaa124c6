/** Units in which a time is set. */
export const units = [
  { value: "ms", label: "ms", ms: 1 },
  { value: "s", label: "seconds", ms: 1_000 },
  { value: "min", label: "minutes", ms: 60_000 },
  { value: "h", label: "hours", ms: 3_600_000 },
  { value: "d", label: "days", ms: 86_400_000 },
] as const;

/** The largest unit in which a time is a whole number. */
export function unitOf(ms: number): (typeof units)[number]["value"] {
  const fitting = units.filter((unit) => ms !== 0 && ms % unit.ms === 0);
  return fitting.at(-1)?.value ?? "s";
}
