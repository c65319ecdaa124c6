import type { ApiKey } from "../../contracts/api/api-key.ts";
import { auditEntry } from "../audit.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import type { ApiKeyStore } from "./ports.ts";

/** Ends a key: at once in this process, within a second in others. @throws BatonError NOT_FOUND */
export async function revokeApiKey(
  parts: { keys: ApiKeyStore; forgetKeys: () => void },
  caller: Caller,
  id: string,
): Promise<ApiKey> {
  const key = await parts.keys.revoke(caller.orgId, id, auditEntry(caller, "api-key-revoked", { kind: "api-key", id }));
  if (key === null) throw notFound("API key");
  parts.forgetKeys();
  return key;
}
