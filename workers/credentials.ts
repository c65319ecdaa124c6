import { BatonError } from "../engine/errors.ts";
import type { BoundCredential, CredentialSource } from "../engine/ports/credentials.ts";
import type { Sealed, Vault } from "../engine/ports/vault.ts";

interface SealedCredential extends Sealed {
  id: string;
  kind: "bearer" | "basic" | "header" | "query";
  field: string | null;
  hosts: string[];
}

/** Where the sealed rows are. */
interface CredentialRows {
  take(orgId: string, name: string): Promise<SealedCredential | null>;
}

/** Opens credentials where they are used: in a worker, for the time of one step. */
export function createCredentialSource(rows: CredentialRows, vault: Vault): CredentialSource {
  return {
    async open(orgId, name) {
      const row = await rows.take(orgId, name);
      if (row === null) {
        throw new BatonError(
          "CREDENTIAL_UNUSABLE",
          `There is no credential named "${name}". An owner or admin can create it in Settings, Credentials; then retry the step.`,
        );
      }
      const secret = vault.open(row, `credential:${row.id}`);
      const credential = { name, hosts: row.hosts, headers: {}, query: {}, ...carried(row, secret) };
      return { credential, secrets: [secret, ...encoded(row, secret)] };
    },
  };
}

function carried(
  { kind, field }: SealedCredential,
  secret: string,
): Partial<Pick<BoundCredential, "headers" | "query">> {
  switch (kind) {
    case "bearer":
      return { headers: { authorization: `Bearer ${secret}` } };
    case "basic":
      return { headers: { authorization: `Basic ${base64(`${field ?? ""}:${secret}`)}` } };
    case "header":
      return { headers: { [field ?? "x-api-key"]: secret } };
    case "query":
      return { query: { [field ?? "api_key"]: secret } };
  }
}

/** The other forms in which an answer could give the secret back. */
function encoded({ kind, field }: SealedCredential, secret: string): string[] {
  const forms = [encodeURIComponent(secret), new URLSearchParams({ a: secret }).toString().slice(2), base64(secret)];
  return kind === "basic" ? [...forms, base64(`${field ?? ""}:${secret}`)] : forms;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
