import { spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { z } from "zod";
import type { Home } from "./home.ts";
import { nodeArgs, projectFolder, spawnEnvironment } from "./node-script.ts";

const markerSchema = z.object({
  email: z.string(),
  /** Whether the password is the generated one, which the home still knows and may show. */
  generated: z.boolean(),
  /** "embedded", or the address of the hosted Supabase for which this was done. */
  place: z.string(),
  organised: z.boolean(),
});

/** How to sign in as the first account; the password is null when a person chose it. */
export interface FirstAccount {
  email: string;
  password: string | null;
}

const bootstrapScript = "server/bootstrap.ts";

/**
 * Makes the first account and its organisation, once per home and Supabase.
 * @param env the variables of the stack's children
 */
export async function ensureFirstAccount(env: Record<string, string>, home: Home): Promise<FirstAccount> {
  const place =
    env["SUPABASE_PORT"] !== undefined && env["SUPABASE_JWT_SECRET"] !== undefined
      ? "embedded"
      : (env["SUPABASE_URL"] ?? "");
  const marker = readMarker(home);
  const isKnown = marker !== null && marker.place === place;
  const account = isKnown
    ? marker
    : {
        email: env["BATON_ADMIN_EMAIL"] ?? "",
        generated: env["BATON_ADMIN_PASSWORD"] === home.secrets.adminPassword,
        place,
        organised: false,
      };
  const shown = { email: account.email, password: account.generated ? home.secrets.adminPassword : null };
  const canOrganise = existsSync(join(projectFolder, bootstrapScript));
  if (isKnown && (account.organised || !canOrganise)) return shown;

  if (!isKnown) await signUp(env, place);
  const userId = await findUser(env["DATABASE_URL"] ?? "", account.email);
  if (userId === null) {
    throw new Error(
      `The first account ${account.email} could not be made: Supabase knows no such user after signing up. ` +
        "Allow sign-ups by e-mail in its Auth settings, or make the user there.",
    );
  }
  if (canOrganise) await organise({ ...env, BATON_ADMIN_EMAIL: account.email, BATON_ADMIN_USER_ID: userId });
  writeMarker(home, { ...account, organised: canOrganise });
  return shown;
}

/**
 * Embedded, through sign-up, as a person would do it. Hosted, through the admin API, because there sign-up may be
 * closed and may want the address confirmed by mail. A user who is there already is what we want.
 */
async function signUp(env: Record<string, string>, place: string): Promise<void> {
  const isEmbedded = place === "embedded";
  const key = (isEmbedded ? env["SUPABASE_PUBLISHABLE_KEY"] : env["SUPABASE_SECRET_KEY"]) ?? "";
  const path = isEmbedded ? "/auth/v1/signup" : "/auth/v1/admin/users";
  const response = await fetch(new URL(path, env["SUPABASE_URL"]), {
    method: "POST",
    headers: {
      apikey: key,
      "content-type": "application/json",
      ...(isEmbedded ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({
      email: env["BATON_ADMIN_EMAIL"],
      password: env["BATON_ADMIN_PASSWORD"],
      data: { name: "Demo" },
      ...(isEmbedded ? {} : { email_confirm: true, user_metadata: { name: "Demo" } }),
    }),
    signal: AbortSignal.timeout(15_000),
  });
  if (response.ok) return;
  const problem = await response.text();
  if (/user_already_exists|email_exists|already (been )?registered/.test(problem)) return;
  throw new Error(`The first account could not be made: Supabase answered ${response.status} ${problem.slice(0, 300)}`);
}

async function findUser(databaseUrl: string, email: string): Promise<string | null> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>("select id from auth.users where lower(email) = lower($1)", [
      email,
    ]);
    return rows[0]?.id ?? null;
  } finally {
    await client.end();
  }
}

function organise(env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, nodeArgs(bootstrapScript), {
      cwd: projectFolder,
      env: spawnEnvironment({ ...env, BATON_LIFELINE: "1" }),
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    let said = "";
    const keep = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-4000));
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("error", reject);
    child.once("close", (status) =>
      status === 0
        ? resolve()
        : reject(new Error(`The first organisation could not be made (status ${status}):\n${said.trim()}`)),
    );
  });
}

const markerPath = (home: Home): string => join(home.path, "first-account.json");

function readMarker(home: Home): z.infer<typeof markerSchema> | null {
  if (!existsSync(markerPath(home))) return null;
  return markerSchema.parse(JSON.parse(readFileSync(markerPath(home), "utf8")));
}

function writeMarker(home: Home, marker: z.infer<typeof markerSchema>): void {
  const draft = `${markerPath(home)}.new`;
  writeFileSync(draft, JSON.stringify(marker), { mode: 0o600 });
  renameSync(draft, markerPath(home));
}
