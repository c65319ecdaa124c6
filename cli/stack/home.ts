import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Ports } from "./ports.ts";
import { isCode } from "./process-identity.ts";

const secretsSchema = z.object({
  batonSecret: z.string().min(32),
  jwtSecret: z.string().min(32),
  publishableKey: z.string().startsWith("sb_publishable_"),
  secretKey: z.string().startsWith("sb_secret_"),
  databasePassword: z.string().min(16),
  redisPassword: z.string().min(16),
  adminPassword: z.string().min(8),
});

/** Secrets made at the first start of a home and kept for as long as it lives. */
export type Secrets = z.infer<typeof secretsSchema>;

const portsSchema = z.record(z.string(), z.number().int().min(0).max(65_535));

const stackFileSchema = z.object({ version: z.literal(1), secrets: secretsSchema, ports: portsSchema });

/** The folders of a home. */
export interface Home {
  path: string;
  postgres: string;
  redis: string;
  storage: string;
  mail: string;
  logs: string;
  secrets: Secrets;
  previousPorts: Partial<Ports>;
  /** Whether this start made the home. */
  fresh: boolean;
}

/** Letters and digits only, so that a secret fits in URLs, shells and configuration files without escaping. */
function word(length: number): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join("");
}

function newSecrets(): Secrets {
  return {
    batonSecret: randomBytes(32).toString("base64url"),
    jwtSecret: randomBytes(48).toString("base64url"),
    publishableKey: `sb_publishable_${word(22)}_${word(8)}`,
    secretKey: `sb_secret_${word(22)}_${word(8)}`,
    databasePassword: word(32),
    redisPassword: word(32),
    // Typed by a person from the terminal: three groups of four.
    adminPassword: `${word(4)}-${word(4)}-${word(4)}`,
  };
}

/**
 * Opens BATON_HOME, making it and its secrets at the first start.
 * @throws Error when the stack file is there but cannot be understood: guessing new secrets would lock the data away
 */
export function openHome(path: string): Home {
  const root = resolve(path);
  mkdirSync(root, { recursive: true });
  // As root, PostgreSQL runs as another user, who has to pass through to its data but may not list what is here.
  chmodSync(root, process.getuid?.() === 0 ? 0o711 : 0o700);
  const home = {
    path: root,
    postgres: join(root, "postgres"),
    redis: join(root, "redis"),
    storage: join(root, "storage"),
    mail: join(root, "mail"),
    logs: join(root, "logs"),
  };
  for (const folder of [home.redis, home.storage, home.mail, home.logs]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const stored = readStackFile(root);
  if (stored !== null) return { ...home, secrets: stored.secrets, previousPorts: stored.ports, fresh: false };
  const secrets = newSecrets();
  writeStackFile(root, { version: 1, secrets, ports: {} });
  return { ...home, secrets, previousPorts: {}, fresh: true };
}

/** Remembers the ports of this start for the next one. */
export function rememberPorts(home: Home, ports: Ports): void {
  writeStackFile(home.path, { version: 1, secrets: home.secrets, ports: { ...ports } });
}

function stackFilePath(root: string): string {
  return join(root, "stack.json");
}

/** Reads secrets and ports of an existing home; null when there is none. */
export function readStackFile(root: string): z.infer<typeof stackFileSchema> | null {
  const path = stackFilePath(resolve(root));
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
  const parsed = stackFileSchema.safeParse(parseJson(text, path));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw new Error(
    `${path} is damaged (${where}). It holds the keys to the data beside it: restore it from a backup, ` +
      "or set BATON_HOME to a new folder to start afresh.",
  );
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON. Restore it from a backup, or set BATON_HOME to a new folder.`, {
      cause: error,
    });
  }
}

/** Whole or not at all: a crash in the middle of writing must not lose the secrets. */
function writeStackFile(root: string, content: z.infer<typeof stackFileSchema>): void {
  const path = stackFilePath(root);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
