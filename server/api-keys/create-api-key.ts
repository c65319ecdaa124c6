import { randomUUID } from "node:crypto";
import type { ApiKey, CreateApiKey } from "../../contracts/api/api-key.ts";
import { BatonError } from "../../engine/errors.ts";
import { auditEntry } from "../audit.ts";
import { hashKeySecret, makeKeySecret, prefixOf } from "../auth/api-key-secret.ts";
import { coversRole } from "../auth/authorize.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import type { ApiKeyStore } from "./ports.ts";

/**
 * Makes a key; its secret is in this answer and nowhere else. Nobody makes a key that may do more than they themselves.
 * @throws BatonError FORBIDDEN, or INPUT_INVALID for an end that is over
 */
export async function createApiKey(
  parts: { keys: ApiKeyStore; now: () => number },
  caller: Caller,
  request: CreateApiKey,
): Promise<ApiKey & { key: string }> {
  if (!coversRole(caller.role, request.role)) {
    throw new BatonError("FORBIDDEN", `A key with the role ${request.role} could do more than you as ${caller.role}.`);
  }
  const scopes = limitScopes(caller, request.scopes);
  if (request.expiresAt !== null && Date.parse(request.expiresAt) <= parts.now()) {
    throw new BatonError("INPUT_INVALID", "The key would have expired already.", {
      details: { errors: [{ path: "/expiresAt", code: "past", message: "must be in the future" }] },
    });
  }
  const id = randomUUID();
  const secret = makeKeySecret();
  const key = await parts.keys.insert(
    {
      id,
      orgId: caller.orgId,
      name: request.name,
      prefix: prefixOf(secret),
      hash: hashKeySecret(secret),
      role: request.role,
      scopes,
      createdBy: userIdOf(caller),
      expiresAt: request.expiresAt,
    },
    auditEntry(caller, "api-key-created", { kind: "api-key", id }, { name: request.name, role: request.role, scopes }),
  );
  return { ...key, key: secret };
}

/** A key that is limited to scopes makes keys with no more than these. */
function limitScopes(caller: Caller, wanted: CreateApiKey["scopes"]): CreateApiKey["scopes"] {
  const unique = [...new Set(wanted)];
  if (caller.scopes.length === 0) return unique;
  if (unique.length > 0 && unique.every((scope) => caller.scopes.includes(scope))) return unique;
  throw new BatonError("FORBIDDEN", `This key is limited to ${caller.scopes.join(", ")}; name scopes among these.`);
}
