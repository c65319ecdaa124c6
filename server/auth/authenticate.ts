import { z } from "zod";
import { BatonError } from "../../engine/errors.ts";
import type { Log } from "../log.ts";
import { hashKeySecret } from "./api-key-secret.ts";
import type { Caller, Origin } from "./caller.ts";
import type { AccessTokens, KeyRing, Members, Membership, StoredKey } from "./ports.ts";
import { Recent } from "./recent.ts";

export interface Credentials extends Origin {
  /** The Authorization header as it came. */
  authorization: string | undefined;
  /** The Baton-Organization header: which of a user's organisations is meant. */
  organization: string | undefined;
}

export interface Authenticator {
  /** The caller. @throws BatonError UNAUTHENTICATED or, for an organisation that is not the user's, NOT_FOUND */
  authenticate(credentials: Credentials): Promise<Caller>;
  /** The signed-in person, whether or not they belong to an organisation. @throws BatonError UNAUTHENTICATED */
  identify(authorization: string | undefined): Promise<{ userId: string; email: string | null }>;
  /** Drops what is remembered of a person's memberships, so that a new one counts at once in this process. */
  forgetMember(userId: string): void;
  /** Drops what is remembered of keys, so that a revocation works at once in this process. */
  forgetKeys(): void;
}

interface Parts {
  members: Members;
  keys: KeyRing;
  tokens: AccessTokens;
  now: () => number;
  log: Log;
}

/** How long rights may outlive their revocation: the promise is one second, for keys and memberships alike. */
const rightsMs = 900;
/** How long a verified signature is not verified again; its own expiry still counts. */
const signatureMs = 10_000;
const touchEveryMs = 60_000;

const longestBearer = 8_192;
/** A JSON Web Token begins with `{"` in base64url; anything else is taken for an API key. */
const jwtForm = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/;

export function createAuthenticator(parts: Parts): Authenticator {
  const keys = new Recent<StoredKey | null>(rightsMs, 10_000, parts.now);
  const memberships = new Recent<Membership[]>(rightsMs, 10_000, parts.now);
  const users = new Recent<Awaited<ReturnType<AccessTokens["verify"]>>>(signatureMs, 10_000, parts.now);

  async function byKey(secret: string, origin: Origin): Promise<Caller> {
    const hash = hashKeySecret(secret);
    const key = await keys.get(hash.toString("base64url"), () => parts.keys.byHash(hash));
    if (key === null || key.revokedAt !== null) {
      throw unauthenticated("This API key is not valid. Create one in Settings, API keys.");
    }
    if (key.expiresAt !== null && Date.parse(key.expiresAt) <= parts.now()) {
      throw unauthenticated(`This API key expired at ${key.expiresAt}. Create a new one in Settings, API keys.`);
    }
    noteUse(key);
    return {
      kind: "api_key",
      id: key.id,
      label: key.name,
      email: null,
      orgId: key.orgId,
      role: key.role,
      scopes: key.scopes,
      ip: origin.ip,
      userAgent: origin.userAgent,
    };
  }

  function noteUse(key: StoredKey): void {
    if (key.lastUsedAt !== null && parts.now() - Date.parse(key.lastUsedAt) < touchEveryMs) return;
    key.lastUsedAt = new Date(parts.now()).toISOString();
    parts.keys
      .touch(key.id)
      .catch((error: unknown) => parts.log.warn({ err: error, key: key.id }, "last use not noted"));
  }

  async function userOf(token: string): Promise<{ userId: string; email: string | null }> {
    // Remembered by digest, so that a flood of long forged tokens takes little memory.
    const digest = hashKeySecret(token).toString("base64url");
    const user = await users.get(digest, () => parts.tokens.verify(token));
    if (user === null) users.forget(digest);
    if (user === null || user.expiresAt <= parts.now()) {
      throw unauthenticated("The access token is not valid or has expired. Sign in again.");
    }
    return user;
  }

  async function byToken(token: string, credentials: Credentials): Promise<Caller> {
    const user = await userOf(token);
    const own = await memberships.get(user.userId, () => parts.members.membershipsOf(user.userId));
    // Who has just made their first organisation must not be told for a second that they have none.
    if (own.length === 0) memberships.forget(user.userId);
    const membership = chooseMembership(own, credentials.organization);
    return {
      kind: "user",
      id: user.userId,
      label: user.email ?? user.userId,
      email: user.email,
      orgId: membership.orgId,
      role: membership.role,
      scopes: [],
      ip: credentials.ip,
      userAgent: credentials.userAgent,
    };
  }

  return {
    async authenticate(credentials) {
      const bearer = bearerOf(credentials.authorization);
      const caller = jwtForm.test(bearer) ? await byToken(bearer, credentials) : await byKey(bearer, credentials);
      if (credentials.organization !== undefined && credentials.organization !== caller.orgId) {
        throw new BatonError("NOT_FOUND", "The organisation in Baton-Organization is not one this key belongs to.");
      }
      return caller;
    },
    async identify(authorization) {
      const bearer = bearerOf(authorization);
      if (!jwtForm.test(bearer)) throw unauthenticated("This needs a signed-in person, not an API key.");
      return userOf(bearer);
    },
    forgetMember: (userId) => memberships.forget(userId),
    forgetKeys: () => keys.clear(),
  };
}

function chooseMembership(own: Membership[], wanted: string | undefined): Membership {
  if (wanted !== undefined) {
    const chosen = z.uuid().safeParse(wanted).success ? own.find((one) => one.orgId === wanted) : undefined;
    if (chosen === undefined) {
      throw new BatonError("NOT_FOUND", "You are not a member of the organisation in Baton-Organization.");
    }
    return chosen;
  }
  const first = own[0];
  if (first === undefined) {
    throw new BatonError("FORBIDDEN", "You are not a member of any organisation yet. Create one, or ask to be added.");
  }
  return first;
}

function bearerOf(header: string | undefined): string {
  const match = header === undefined || header.length > longestBearer ? null : /^Bearer +(\S+)$/i.exec(header);
  if (match?.[1] === undefined) {
    throw unauthenticated("Send `Authorization: Bearer` with an API key or a Supabase access token.");
  }
  return match[1];
}

function unauthenticated(message: string): BatonError {
  return new BatonError("UNAUTHENTICATED", message);
}
