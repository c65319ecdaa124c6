/** One measured number. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
}

/** The value below which the given share of the samples lies (0.5 = median). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function spread(name: string, samples: readonly number[], unit = "ms"): Figure[] {
  return [
    { name: `${name}, p50`, value: percentile(samples, 0.5), unit },
    { name: `${name}, p95`, value: percentile(samples, 0.95), unit },
  ];
}
