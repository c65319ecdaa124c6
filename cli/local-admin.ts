import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SignJWT } from "jose";
import { Client } from "pg";
import { z } from "zod";
import { CliFailure } from "./failure.ts";
import { readStackFile } from "./stack/home.ts";

/** Long enough for any request; a stream that outlives it comes back with a new one. */
const tokenSeconds = 600;

const markerSchema = z.object({ email: z.string() });

/**
 * Speaks as the first account of the embedded stack: whoever can read the keys in its home is its administrator anyway. Tokens are signed with
 * the stack's own secret, so no password is asked for, and the audit names the account.
 * @param home path of BATON_HOME @param fallbackEmail the first account, where the home does not say it
 * @throws CliFailure where the home holds no such keys
 */
export function localAdmin(home: string, fallbackEmail: string): () => Promise<string> {
  let token: { header: string; until: number } | null = null;
  let user: { id: string; email: string } | null = null;
  return async () => {
    if (token !== null && Date.now() < token.until) return token.header;
    const stack = readStackFile(home);
    if (stack === null) throw noKey(home);
    user ??= await findUser(stack, emailOf(home, fallbackEmail));
    const signed = await new SignJWT({ role: "authenticated", email: user.email })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setSubject(user.id)
      .setAudience("authenticated")
      .setIssuedAt()
      .setExpirationTime(`${tokenSeconds} s`)
      .sign(new TextEncoder().encode(stack.secrets.jwtSecret));
    token = { header: `Bearer ${signed}`, until: Date.now() + (tokenSeconds / 2) * 1_000 };
    return token.header;
  };
}

function noKey(home: string): CliFailure {
  return new CliFailure(
    `The Baton that answers does not belong to ${home}, so there is no key for it there. Set BATON_API_KEY to a key of your ` +
      "organisation (Settings, API keys), BATON_HOME to its folder, or PORT to another port to start one of your own.",
  );
}

function emailOf(home: string, fallback: string): string {
  const path = join(home, "first-account.json");
  if (!existsSync(path)) return fallback;
  return markerSchema.parse(JSON.parse(readFileSync(path, "utf8"))).email;
}

async function findUser(
  stack: NonNullable<ReturnType<typeof readStackFile>>,
  email: string,
): Promise<{ id: string; email: string }> {
  const port = stack.ports["postgres"];
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password: stack.secrets.databasePassword,
    database: "postgres",
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ id: string; email: string }>(
      "select id, email from auth.users where lower(email) = lower($1)",
      [email],
    );
    if (rows[0] !== undefined) return rows[0];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliFailure(
      `The embedded database on port ${port} does not answer (${why}). See: npm run baton -- doctor`,
    );
  } finally {
    await client.end();
  }
  throw new CliFailure(`The first account ${email} is not there yet. Run npm start once, or set BATON_API_KEY.`);
}
