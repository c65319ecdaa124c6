import type { Role } from "../../contracts/api/common.ts";
import type { Scope } from "../../contracts/api/api-key.ts";
import type { Actor } from "../../engine/run/event.ts";

/** Who asks, in which organisation, with which rights. Made by authenticate from the database, never from the request. */
export interface Caller {
  kind: "user" | "api_key" | "system";
  /** The user's id, or the key's; null for the product itself. */
  id: string | null;
  label: string;
  email: string | null;
  orgId: string;
  role: Role;
  /** Parts of the API a key is limited to; empty for all that the role allows. */
  scopes: Scope[];
  ip: string | null;
  userAgent: string | null;
}

/** Where a request came from, for audit and rate limits. */
export interface Origin {
  ip: string | null;
  userAgent: string | null;
}

/** The caller as the journal names it. */
export function actorOf(caller: Caller): Actor {
  return { kind: caller.kind, id: caller.id, label: caller.label };
}

/** The user behind a call; null for keys, which are nobody in particular. */
export function userIdOf(caller: Caller): string | null {
  return caller.kind === "user" ? caller.id : null;
}
