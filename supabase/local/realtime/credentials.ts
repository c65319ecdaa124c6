import { createHash, timingSafeEqual } from "node:crypto";
import { errors, jwtVerify } from "jose";
import { z } from "zod";

/** Claims by which the database decides; the rest of the token is passed to policies untouched. */
const claimsSchema = z.looseObject({
  role: z.enum(["anon", "authenticated", "service_role"]),
  sub: z.string().optional(),
  exp: z.number().int().positive(),
});
export type Claims = Omit<z.infer<typeof claimsSchema>, "exp"> & { exp?: number };

export interface Credential {
  claims: Claims;
  /** The access token as it came, null for an API key. */
  token: string | null;
}

/** A refused key or token; code and message are those of the hosted product. */
export class CredentialError extends Error {
  /** The message without its code, as `system` messages carry it. */
  readonly detail: string;

  constructor(code: string, detail: string) {
    super(`${code}: ${detail}`);
    this.name = "CredentialError";
    this.detail = detail;
  }
}

/** Tells who a key or an access token speaks for. */
export class CredentialReader {
  private readonly secret: Uint8Array;
  private readonly keys: { digest: Buffer; role: Claims["role"] }[];

  constructor(options: { jwtSecret: string; publishableKey: string; secretKey: string }) {
    this.secret = new TextEncoder().encode(options.jwtSecret);
    this.keys = [
      { digest: digest(options.publishableKey), role: "anon" },
      { digest: digest(options.secretKey), role: "service_role" },
    ];
  }

  /**
   * The `apikey` of a connection or request: one of the two opaque keys, or a signed token (the older kind of key).
   * @throws CredentialError
   */
  async fromApiKey(apiKey: string | null | undefined): Promise<Credential> {
    if (!apiKey) throw new CredentialError("MissingAPIKey", "API key is missing: pass it as `apikey`");
    const wanted = digest(apiKey);
    const known = this.keys.find((key) => timingSafeEqual(key.digest, wanted));
    if (known) return { claims: { role: known.role }, token: null };
    if (apiKey.startsWith("sb_")) throw new CredentialError("InvalidAPIKey", "This API key is not known here");
    return this.fromToken(apiKey);
  }

  /**
   * A user's access token (HS256).
   * @throws CredentialError
   */
  async fromToken(token: string): Promise<Credential> {
    const payload = await this.verify(token);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) throw new CredentialError("InvalidJWTToken", "Fields `role` and `exp` are required in JWT");
    return { claims: claims.data, token };
  }

  private async verify(token: string): Promise<unknown> {
    try {
      const { payload } = await jwtVerify(token, this.secret, { algorithms: ["HS256"] });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expired(error.payload.exp);
      if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed) {
        throw new CredentialError("JwtSignatureError", "Failed to validate JWT signature");
      }
      throw new CredentialError("MalformedJWT", "The token provided is not a valid JWT");
    }
  }
}

/** The error of a token whose `exp` (in seconds) is over. */
export function expired(exp: number | undefined): CredentialError {
  const ago = exp === undefined ? 0 : Math.max(0, Math.floor(Date.now() / 1000) - exp);
  return new CredentialError("InvalidJWTToken", `Token has expired ${String(ago)} seconds ago`);
}

// Compared as digests, so that neither length nor content of a key shows in the time it takes.
function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
