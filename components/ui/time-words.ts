const steps: [limitMs: number, unitMs: number, unit: string][] = [
  [3_600_000, 60_000, "m"],
  [86_400_000, 3_600_000, "h"],
  [30 * 86_400_000, 86_400_000, "d"],
  [365 * 86_400_000, 30 * 86_400_000, "mo"],
  [Number.POSITIVE_INFINITY, 365 * 86_400_000, "y"],
];

/** "just now", "4m ago", "in 3h": how far `at` lies from `now` (both epoch ms). */
export function relativeWords(at: number, now: number): string {
  const distance = now - at;
  const size = Math.abs(distance);
  if (size < 60_000) return distance >= 0 ? "just now" : "in under 1m";
  const [, unitMs, unit] = steps.find(([limit]) => size < limit) ?? [0, 365 * 86_400_000, "y"];
  const amount = `${Math.floor(size / unitMs)}${unit}`;
  return distance >= 0 ? `${amount} ago` : `in ${amount}`;
}

/** "340 ms", "12.4 s", "3m 05s", "2h 10m": a length of time in milliseconds. */
export function durationWords(ms: number): string {
  const safe = Math.max(0, ms);
  if (safe < 1_000) return `${Math.round(safe)} ms`;
  if (safe < 60_000) return `${(safe / 1_000).toFixed(1)} s`;
  const seconds = Math.floor(safe / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, "0")}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h ${String(minutes % 60).padStart(2, "0")}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** "$0", "$0.0042", "$1.27": small sums keep enough digits to differ from nothing. */
export function moneyWords(usd: number): string {
  if (usd === 0) return "$0";
  return usd < 0.01 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(2)}`;
}
