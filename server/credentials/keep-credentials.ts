import { randomUUID } from "node:crypto";
import type { CreateCredential, Credential, RotateCredential } from "../../contracts/api/credential.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Vault } from "../../engine/ports/vault.ts";
import { auditEntry } from "../audit.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { credentialPlace, type CredentialStore } from "./ports.ts";

interface Parts {
  credentials: CredentialStore;
  vault: Vault;
}

/** Stores a credential. Its secret is in no answer, not even in this one. @throws BatonError CONFLICT for a name that is taken */
export async function createCredential(parts: Parts, caller: Caller, request: CreateCredential): Promise<Credential> {
  const id = randomUUID();
  const { name, kind, field, hosts } = request;
  const stored = await parts.credentials.insert(
    {
      id,
      orgId: caller.orgId,
      name,
      kind,
      field,
      hosts: [...new Set(hosts)],
      sealed: parts.vault.seal(request.secret, credentialPlace(id)),
      createdBy: userIdOf(caller),
    },
    auditEntry(caller, "credential-created", { kind: "credential", id }, { name, kind, hosts }),
  );
  if (stored !== null) return stored;
  throw new BatonError(
    "CONFLICT",
    `There is a credential named "${name}" already. Choose another name, or rotate that one.`,
  );
}

/** Replaces a secret: steps that begin from now use the new one. @throws BatonError NOT_FOUND */
export async function rotateCredential(
  parts: Parts,
  caller: Caller,
  id: string,
  request: RotateCredential,
): Promise<Credential> {
  const stored = await parts.credentials.rotate(
    caller.orgId,
    id,
    { sealed: parts.vault.seal(request.secret, credentialPlace(id)), hosts: request.hosts ?? null },
    auditEntry(
      caller,
      "credential-rotated",
      { kind: "credential", id },
      request.hosts === undefined ? {} : { hosts: request.hosts },
    ),
  );
  if (stored === null) throw notFound("credential");
  return stored;
}

/** Deletes a credential; the answer names the workflows whose steps will fail without it. @throws BatonError NOT_FOUND */
export async function deleteCredential(
  parts: Pick<Parts, "credentials">,
  caller: Caller,
  id: string,
): Promise<Credential> {
  const stored = await parts.credentials.get(caller.orgId, id);
  if (stored === null) throw notFound("credential");
  const audit = auditEntry(caller, "credential-deleted", { kind: "credential", id }, { name: stored.name });
  if (!(await parts.credentials.remove(caller.orgId, id, audit))) throw notFound("credential");
  return stored;
}
