/** What is known of a provider when it is chosen. */
export interface ProviderOffer {
  name: string;
  defaultModel: string;
  models: readonly { name: string }[];
}

/**
 * Which of an organisation's providers answers, and with which model. Without a wish the first one does. A wish is met by
 * `provider/model`, then by the first provider that lists the model, then by the first that lists none and so takes any name.
 * Null: none of them does, and the deployment's own model is asked.
 */
export function chooseProvider<P extends ProviderOffer>(
  providers: readonly P[],
  wanted: string | null,
): { provider: P; model: string } | null {
  const [first] = providers;
  if (first === undefined) return null;
  if (wanted === null || wanted.trim() === "") return { provider: first, model: first.defaultModel };
  const named = providers.find(({ name }) => wanted.toLowerCase().startsWith(`${name.toLowerCase()}/`));
  if (named !== undefined) return { provider: named, model: wanted.slice(named.name.length + 1) };
  const offers = ({ defaultModel, models }: P): boolean =>
    defaultModel === wanted || models.some(({ name }) => name === wanted);
  const provider = providers.find(offers) ?? providers.find(({ models }) => models.length === 0);
  return provider === undefined ? null : { provider, model: wanted };
}
