import type { Credential } from "../../contracts/api/credential.ts";
import type { Sealed } from "../../engine/ports/vault.ts";
import type { AuditEntry } from "../audit.ts";

export interface CredentialStore {
  /** Those of an organisation by name, each with the workflows that use it. */
  list(orgId: string): Promise<Credential[]>;
  get(orgId: string, id: string): Promise<Credential | null>;
  names(orgId: string): Promise<string[]>;
  /** Null when the organisation has one of this name already. */
  insert(credential: NewCredential, audit: AuditEntry): Promise<Credential | null>;
  /** Null when the organisation has no such credential. */
  rotate(
    orgId: string,
    id: string,
    change: { sealed: Sealed; hosts: string[] | null },
    audit: AuditEntry,
  ): Promise<Credential | null>;
  /** False when there was none. */
  remove(orgId: string, id: string, audit: AuditEntry): Promise<boolean>;
}

export interface NewCredential extends Pick<Credential, "id" | "name" | "kind" | "field" | "hosts"> {
  orgId: string;
  sealed: Sealed;
  createdBy: string | null;
}

/** The row a credential's secret is sealed for. */
export function credentialPlace(id: string): string {
  return `credential:${id}`;
}
