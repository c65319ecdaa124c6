import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";

export interface CallbackTarget {
  runId: string;
  step: string;
}

/** Addresses of waits for a callback. Nothing is stored: the token names the step, and its signature says that we made it. */
export interface CallbackSigner {
  sign(target: CallbackTarget): string;
  /** Null for what we did not sign. */
  open(token: string): CallbackTarget | null;
}

const claimsSchema = z.tuple([z.uuid(), z.string().min(1).max(1_000)]);

export function createCallbackSigner(secret: string): CallbackSigner {
  const key = Buffer.from(hkdfSync("sha256", secret, "baton", "callback addresses/1", 32));
  const signature = (claims: string): Buffer => createHmac("sha256", key).update(claims, "utf8").digest();
  return {
    sign({ runId, step }) {
      const claims = Buffer.from(JSON.stringify([runId, step]), "utf8").toString("base64url");
      return `${claims}.${signature(claims).toString("base64url")}`;
    },
    open(token) {
      const [claims = "", signed = "", more] = token.split(".");
      const given = Buffer.from(signed, "base64url");
      const wanted = signature(claims);
      if (more !== undefined || given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
      const parsed = claimsSchema.safeParse(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")));
      return parsed.success ? { runId: parsed.data[0], step: parsed.data[1] } : null;
    },
  };
}
