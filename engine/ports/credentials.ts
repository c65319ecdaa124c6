/** A credential ready for use: where it may go, and what is added there. */
export interface BoundCredential {
  name: string;
  /** Hosts it may be sent to: `api.example.com`, `*.example.com`, `localhost:8080`. */
  hosts: readonly string[];
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
}

/** The credentials of an organisation, for those who call the outside. */
export interface CredentialSource {
  /** Opens a credential, and the texts that must never be stored or shown. @throws BatonError CREDENTIAL_UNUSABLE */
  open(orgId: string, name: string): Promise<{ credential: BoundCredential; secrets: string[] }>;
}
