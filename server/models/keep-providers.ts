import { randomUUID } from "node:crypto";
import type { CreateModelProvider, ModelProvider, UpdateModelProvider } from "../../contracts/api/model-provider.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Vault } from "../../engine/ports/vault.ts";
import { auditEntry, type AuditEntry } from "../audit.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { providerPlace, type ModelProviderStore } from "./ports.ts";

interface Parts {
  modelProviders: ModelProviderStore;
  vault: Vault;
}

/** Adds a provider after those there are. @throws BatonError CONFLICT for a name that is taken */
export async function createProvider(
  parts: Parts,
  caller: Caller,
  { apiKey, ...request }: CreateModelProvider,
): Promise<ModelProvider> {
  const id = randomUUID();
  const stored = await parts.modelProviders.insert(
    {
      ...request,
      id,
      orgId: caller.orgId,
      key: apiKey === null ? null : parts.vault.seal(apiKey, providerPlace(id)),
      createdBy: userIdOf(caller),
    },
    providerAudit(caller, "created", id, request),
  );
  if (stored === null) throw taken(request.name);
  return stored;
}

/**
 * Changes a provider. A stored key is never sent to another host than it was entered for: who moves the address enters the key again.
 * @throws BatonError NOT_FOUND, CONFLICT or INPUT_INVALID
 */
export async function updateProvider(
  parts: Parts,
  caller: Caller,
  id: string,
  { apiKey, ...request }: UpdateModelProvider,
): Promise<ModelProvider> {
  const before = (await parts.modelProviders.sealed(caller.orgId)).find((one) => one.id === id);
  if (before === undefined) throw notFound("model provider");
  if (apiKey === undefined && before.key !== null && !sameOrigin(before.baseUrl, request.baseUrl)) throw keyStays();
  const sealed = typeof apiKey === "string" ? parts.vault.seal(apiKey, providerPlace(id)) : apiKey;
  const stored = await parts.modelProviders.update(
    { ...request, id, orgId: caller.orgId, key: sealed },
    providerAudit(caller, "updated", id, request),
  );
  if (stored === null) throw notFound("model provider");
  if (stored === "taken") throw taken(request.name);
  return stored;
}

/** Makes a provider the first one asked: it answers steps that name no model. @throws BatonError NOT_FOUND */
export async function putProviderFirst(
  parts: Pick<Parts, "modelProviders">,
  caller: Caller,
  id: string,
): Promise<void> {
  const done = await parts.modelProviders.putFirst(caller.orgId, id, providerAudit(caller, "put-first", id));
  if (!done) throw notFound("model provider");
}

/** @throws BatonError NOT_FOUND */
export async function deleteProvider(parts: Pick<Parts, "modelProviders">, caller: Caller, id: string): Promise<void> {
  const done = await parts.modelProviders.remove(caller.orgId, id, providerAudit(caller, "deleted", id));
  if (!done) throw notFound("model provider");
}

/** True where what was entered for one address may be sent to the other. */
export function sameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}

export function keyStays(): BatonError {
  return new BatonError("INPUT_INVALID", "The stored key is for another host. Enter the key of this one.", {
    details: { errors: [{ path: "/apiKey", code: "other-host", message: "must be entered again for another host" }] },
  });
}

function providerAudit(
  caller: Caller,
  act: string,
  id: string,
  about: { name?: string; baseUrl?: string } = {},
): AuditEntry {
  const { name, baseUrl } = about;
  const details = { ...(name === undefined ? {} : { name }), ...(baseUrl === undefined ? {} : { baseUrl }) };
  return auditEntry(caller, `model-provider-${act}`, { kind: "model-provider", id }, details);
}

function taken(name: string): BatonError {
  return new BatonError(
    "CONFLICT",
    `There is a provider named "${name}" already. Choose another name, or change that one.`,
  );
}
