import type { TestedModelProvider, TestModelProvider } from "../../contracts/api/model-provider.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Vault } from "../../engine/ports/vault.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { keyStays, sameOrigin } from "./keep-providers.ts";
import { providerPlace, type ModelProviderStore, type TryModel } from "./ports.ts";

/**
 * Asks a provider one short question, as typed in or with its stored key. That it does not answer is an answer here.
 * @throws BatonError NOT_FOUND, or INPUT_INVALID where a stored key would go to another host
 */
export async function testProvider(
  parts: { modelProviders: Pick<ModelProviderStore, "sealed">; vault: Vault; tryModel: TryModel },
  caller: Caller,
  { id, name, baseUrl, model, apiKey: typed }: TestModelProvider,
): Promise<TestedModelProvider> {
  const apiKey = typed ?? (id === null ? null : await storedKey(parts, caller.orgId, id, baseUrl));
  const began = performance.now();
  const since = (): number => Math.round(performance.now() - began);
  try {
    await parts.tryModel({ name, baseUrl, apiKey, model });
    return { ok: true, message: `"${model}" answered.`, ms: since() };
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    return { ok: false, message: error.message, ms: since() };
  }
}

async function storedKey(
  parts: { modelProviders: Pick<ModelProviderStore, "sealed">; vault: Vault },
  orgId: string,
  id: string,
  baseUrl: string,
): Promise<string | null> {
  const row = (await parts.modelProviders.sealed(orgId)).find((one) => one.id === id);
  if (row === undefined) throw notFound("model provider");
  if (row.key === null) return null;
  if (!sameOrigin(row.baseUrl, baseUrl)) throw keyStays();
  return parts.vault.open(row.key, providerPlace(id));
}
