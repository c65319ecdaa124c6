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
  /** The secret part of a run's marks (engine/run/callbacks.ts): the same for each who has the secret, so it need not be stored to be checked. */
  markKey(runId: string): string;
}

const claimsSchema = z.tuple([z.uuid(), z.string().min(1).max(1_000)]);

export function createCallbackSigner(secret: string): CallbackSigner {
  const key = Buffer.from(hkdfSync("sha256", secret, "baton", "callback addresses/1", 32));
  const markSecret = Buffer.from(hkdfSync("sha256", secret, "baton", "callback marks/1", 32));
  const signature = (claims: string): Buffer => createHmac("sha256", key).update(claims, "utf8").digest();
  return {
    markKey: (runId) => createHmac("sha256", markSecret).update(runId, "utf8").digest().toString("base64url", 0, 16),
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
