import type { ModelProvider, ProviderModel } from "../../contracts/api/model-provider.ts";
import type { Sealed } from "../../engine/ports/vault.ts";
import type { AuditEntry } from "../audit.ts";

export interface ModelProviderStore {
  /** In the order in which they are asked. */
  list(orgId: string): Promise<ModelProvider[]>;
  /** Null when the organisation has one of this name already. */
  insert(
    provider: WrittenProvider & { key: Sealed | null; createdBy: string | null },
    audit: AuditEntry,
  ): Promise<ModelProvider | null>;
  /** `key` undefined leaves the stored one. */
  update(
    provider: WrittenProvider & { key: Sealed | null | undefined },
    audit: AuditEntry,
  ): Promise<ModelProvider | "taken" | null>;
  putFirst(orgId: string, id: string, audit: AuditEntry): Promise<boolean>;
  remove(orgId: string, id: string, audit: AuditEntry): Promise<boolean>;
  /** With their sealed keys. */
  sealed(orgId: string): Promise<{ id: string; baseUrl: string; key: Sealed | null }[]>;
}

export interface WrittenProvider {
  id: string;
  orgId: string;
  name: string;
  baseUrl: string;
  defaultModel: string;
  models: ProviderModel[];
}

/** Asks a model one short question. @throws BatonError MODEL_* or HTTP_BLOCKED saying why it did not answer */
export type TryModel = (provider: {
  name: string;
  baseUrl: string;
  apiKey: string | null;
  model: string;
}) => Promise<void>;

/** The row a provider's key is sealed for. */
export function providerPlace(id: string): string {
  return `model-provider:${id}`;
}
