import { createClient } from "@supabase/supabase-js";
import { errors, jwtVerify } from "jose";
import { z } from "zod";
import { BatonError } from "../../engine/errors.ts";

/** What we rely on in a Supabase access token. Tokens of other roles (anon, service_role) are not people. */
const claimsSchema = z.object({
  sub: z.uuid(),
  role: z.literal("authenticated"),
  exp: z.number(),
  email: z.string().optional(),
});

interface Verified {
  userId: string;
  email: string | null;
  /** Epoch ms. */
  expiresAt: number;
}

/**
 * Checks Supabase access tokens: with the embedded stack's own secret where there is one, else by the keys that the
 * Supabase project publishes (supabase-js fetches them, or asks the Auth server for tokens signed with a shared secret).
 */
export function createAccessTokens(options: { url: string; publishableKey: string; jwtSecret: string | undefined }) {
  const secret = options.jwtSecret === undefined ? null : new TextEncoder().encode(options.jwtSecret);
  const client = createClient(options.url, options.publishableKey, {
    auth: { autoRefreshToken: false, persistSession: false, detectSessionInUrl: false },
  });

  async function claimsOf(token: string): Promise<unknown> {
    if (secret !== null) {
      const { payload } = await jwtVerify(token, secret, { algorithms: ["HS256"] });
      return payload;
    }
    const { data, error } = await client.auth.getClaims(token);
    if (error === null) return data?.claims ?? null;
    // The Auth server being away says nothing about the token: that must not read as "sign in again".
    if (error.name === "AuthRetryableFetchError" || (error.status ?? 0) >= 500) {
      throw new BatonError("SERVICE_UNAVAILABLE", "Sign-ins cannot be checked just now. Try again in a moment.");
    }
    return null;
  }

  return {
    async verify(token: string): Promise<Verified | null> {
      try {
        const claims = claimsSchema.safeParse(await claimsOf(token));
        if (!claims.success) return null;
        return {
          userId: claims.data.sub,
          email: claims.data.email ?? null,
          expiresAt: claims.data.exp * 1_000,
        };
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
