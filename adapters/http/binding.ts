import { BatonError } from "../../engine/errors.ts";
import type { BoundCredential } from "../../engine/ports/credentials.ts";
import { checkHeaders } from "./headers.ts";

/** What a credential adds to the first request of a chain, and nowhere else. */
export interface Binding {
  url: URL;
  headers: Record<string, string>;
}

/** Adds a credential to an address. Throws CREDENTIAL_UNUSABLE when the address is not one of its hosts. */
export function bind(url: URL, credential: BoundCredential): Binding {
  if (!credential.hosts.some((host) => isFor(host, url))) {
    throw new BatonError(
      "CREDENTIAL_UNUSABLE",
      `The credential "${credential.name}" is for ${credential.hosts.join(", ")} and is not sent to ${url.host}. ` +
        "Call one of these hosts, or make a credential for this one.",
    );
  }
  const bound = new URL(url);
  for (const [name, value] of Object.entries(credential.query)) bound.searchParams.set(name, value);
  return { url: bound, headers: checkHeaders({ ...credential.headers }) };
}

/** A host without a port stands for the usual port of http and https. `*.` covers names below, not the name itself. */
function isFor(pattern: string, url: URL): boolean {
  const host = url.host.toLowerCase();
  if (!pattern.startsWith("*.")) return host === pattern;
  const below = pattern.slice(1);
  return host.endsWith(below) && host.length > below.length;
}
