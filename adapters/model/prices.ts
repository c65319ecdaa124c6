/** US dollars for a million tokens. */
export interface Price {
  input: number;
  output: number;
}

/** Prices by model name. A name also covers its dated variants: `gpt-4o` is the price of `gpt-4o-2024-08-06`. */
export type PriceTable = Record<string, Price>;

/** List prices as published in August 2025, without discounts for cached input. Operators override them by provider. */
export const listPrices: PriceTable = {
  "gpt-5": { input: 1.25, output: 10 },
  "gpt-5-mini": { input: 0.25, output: 2 },
  "gpt-5-nano": { input: 0.05, output: 0.4 },
  "gpt-4.1": { input: 2, output: 8 },
  "gpt-4.1-mini": { input: 0.4, output: 1.6 },
  "gpt-4.1-nano": { input: 0.1, output: 0.4 },
  "gpt-4o": { input: 2.5, output: 10 },
  "gpt-4o-mini": { input: 0.15, output: 0.6 },
  o3: { input: 2, output: 8 },
  "o4-mini": { input: 1.1, output: 4.4 },
};

/** The price of a model, or null when the table does not know it. */
export function priceOf(model: string, table: PriceTable): Price | null {
  const exact = table[model];
  if (exact !== undefined) return exact;
  // Only a date may follow: `gpt-4o-realtime` is another model than `gpt-4o`.
  const undated = model.replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "");
  return table[undated] ?? null;
}

/** What so many tokens cost, in US dollars, rounded to a millionth of a cent. */
export function costOf(price: Price, inputTokens: number, outputTokens: number): number {
  const dollars = (inputTokens * price.input + outputTokens * price.output) / 1_000_000;
  return Math.round(dollars * 1e8) / 1e8;
}

/** The list prices with those that a provider's own entries give; an entry without prices leaves the list's. */
export function pricesWith(
  models: readonly { name: string; inputUsd: number | null; outputUsd: number | null }[],
): PriceTable {
  const own = models.flatMap(({ name, inputUsd: input, outputUsd: output }) =>
    input === null || output === null ? [] : [[name, { input, output }] as const],
  );
  return { ...listPrices, ...Object.fromEntries(own) };
}
