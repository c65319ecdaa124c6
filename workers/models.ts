import { BatonError } from "../engine/errors.ts";
import { chooseProvider, type ProviderOffer } from "../engine/model-choice.ts";
import type { Model, OrganizationModels } from "../engine/ports/model.ts";
import type { Sealed, Vault } from "../engine/ports/vault.ts";
import type { Log } from "./log.ts";

export interface ProviderRow extends ProviderOffer {
  id: string;
  baseUrl: string;
  models: { name: string; inputUsd: number | null; outputUsd: number | null }[];
  updatedAt: string;
  key: Sealed | null;
}

export interface ModelParts {
  providers: { sealed(orgId: string): Promise<ProviderRow[]>; touch(id: string): Promise<void> };
  vault: Vault;
  /** Makes a model of a provider, by the guarded client. */
  make(row: ProviderRow, apiKey: string): Model;
  /** The deployment's own: the provider of the variables, else the demo model. */
  fallback: { model: Model; demo: boolean };
  log: Log;
}

/** How long a change in Settings may take to reach a worker. */
const keptMs = 2_000;
const keptModels = 500;
const touchEveryMs = 60_000;

/** Asks the organisation's providers in their order, then the deployment's own model. */
export function createModels({ providers, vault, make, fallback, log }: ModelParts): OrganizationModels {
  const rows = new Map<string, { until: number; rows: Promise<ProviderRow[]> }>();
  const models = new Map<string, Model>();
  const touched = new Map<string, number>();

  const rowsOf = (orgId: string): Promise<ProviderRow[]> => {
    const known = rows.get(orgId);
    if (known !== undefined && known.until > performance.now()) return known.rows;
    const reading = providers.sealed(orgId);
    if (rows.size >= keptModels) rows.clear();
    rows.set(orgId, { until: performance.now() + keptMs, rows: reading });
    reading.catch(() => rows.delete(orgId));
    return reading;
  };
  const modelOf = (row: ProviderRow): Model => {
    const version = `${row.id}@${row.updatedAt}`;
    const known = models.get(version);
    if (known !== undefined) return known;
    const made = make(row, row.key === null ? "" : vault.open(row.key, `model-provider:${row.id}`));
    if (models.size >= keptModels) models.clear();
    models.set(version, made);
    return made;
  };
  const noteUse = (id: string): void => {
    if (performance.now() - (touched.get(id) ?? -touchEveryMs) < touchEveryMs) return;
    touched.set(id, performance.now());
    providers
      .touch(id)
      .catch((error: unknown) => log.warn({ error: String(error) }, "a provider's last use was not noted"));
  };

  return {
    async priceOf(model, orgId) {
      const chosen = chooseProvider(await rowsOf(orgId), model);
      const priced = chosen === null ? fallback.model : modelOf(chosen.provider);
      return priced.priceOf?.(chosen?.model ?? model) ?? null;
    },
    async providerOf(model, orgId) {
      return chooseProvider(await rowsOf(orgId), model)?.provider.name ?? null;
    },
    async answer(request, orgId) {
      const known = await rowsOf(orgId);
      const chosen = chooseProvider(known, request.model);
      if (chosen !== null) {
        noteUse(chosen.provider.id);
        return modelOf(chosen.provider).answer({ ...request, model: chosen.model });
      }
      // An invented answer in place of a model that somebody pays for would be a lie.
      if (fallback.demo && known.length > 0) {
        const names = known.map(({ name }) => name).join(", ");
        throw new BatonError(
          "MODEL_NOT_CONFIGURED",
          `No provider of this organisation (${names}) offers "${request.model ?? ""}". Add the model in Settings, Models, or choose another one in the step.`,
        );
      }
      return fallback.model.answer(request);
    },
  };
}
