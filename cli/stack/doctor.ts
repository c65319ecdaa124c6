import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Redis } from "ioredis";
import { Client } from "pg";
import { type Environment, missingHostedVariables, parseEnvironment } from "../../contracts/env.ts";
import { findChromium, findPostgres, findRedis, redisVersion } from "./binaries.ts";
import { readStackFile } from "./home.ts";
import { lockHolder } from "./lock.ts";
import { projectFolder } from "./node-script.ts";
import { probeHttp } from "./parts.ts";
import { isPortFree } from "./ports.ts";

/** One thing that the doctor looked at. `howToFix` is empty when all is well. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  howToFix: string;
}

type Finding = { ok: true; detail: string } | { ok: false; detail: string; howToFix: string };

const good = (detail: string): Finding => ({ ok: true, detail });
const bad = (detail: string, howToFix: string): Finding => ({ ok: false, detail, howToFix });

/**
 * Looks at everything that a start needs and at the stack that runs, if one does. Changes nothing.
 * @param source the variables, normally process.env
 */
export async function examine(source: Record<string, string | undefined> = process.env): Promise<Check[]> {
  const checks: Check[] = [];
  const check = async (name: string, look: () => Finding | Promise<Finding>): Promise<void> => {
    const finding = await Promise.resolve()
      .then(look)
      .catch((error: unknown) => bad(error instanceof Error ? error.message : String(error), "See the message."));
    checks.push({ name, howToFix: "", ...finding });
  };
  await check("Variables", () => examineVariables(source));
  const given = checks[0]?.ok === true ? parseEnvironment(source) : parseEnvironment({});
  const home = resolve(given.BATON_HOME);
  const running = existsSync(home) ? lockHolder(home) : null;

  await check("Node", examineNode);
  await check("Dependencies", examineInstall);
  await check("Redis", () => examineRedis(given, home));
  await check("PostgreSQL", () => examinePostgres(given));
  await check("Chromium", () => examineChromium(home));
  await check("Data folder", () => examineHome(home));
  await check("Disk", () => examineDisk(home));
  await check("Port", () => examinePort(given.PORT, running));
  await check("Supabase", () => examineHosted(given));
  await check("Running stack", () => examineRunning(home, running, given.PORT));
  return checks;
}

function examineVariables(source: Record<string, string | undefined>): Finding {
  const given = parseEnvironment(source);
  const missing = missingHostedVariables(given);
  if (missing.length === 0) return good(given.DATABASE_URL === undefined ? "embedded stack" : "hosted Supabase");
  return bad(`${missing.join(", ")} not set, while other variables of a hosted Supabase are`, "Set them all, or none.");
}

function examineNode(): Finding {
  if (Number(process.versions.node.split(".")[0]) >= 24) return good(process.version);
  return bad(`${process.version}; Baton runs on Node 24`, "Run npm start: its set-up brings the right Node.");
}

function examineInstall(): Finding {
  const stamp = join(projectFolder, "node_modules", ".cache", "baton-install");
  if (existsSync(stamp)) return good("as in package-lock.json");
  return bad("the dependencies were not installed by the set-up", "Run: node scripts/prepare.js");
}

async function examineRedis(given: Environment, home: string): Promise<Finding> {
  if (given.REDIS_URL !== undefined) return examineRedisServer(given.REDIS_URL);
  const binary = findRedis(home);
  if (binary === null) {
    return bad(
      "no redis-server or valkey-server",
      "Install Redis or Valkey (apt-get install redis-server), or set REDIS_URL.",
    );
  }
  const version = redisVersion(binary);
  if (isAtLeast(version, 6, 2)) return good(`${version} at ${binary.path}`);
  return bad(`${version} at ${binary.path} is too old`, "Install Redis 6.2 or newer, or Valkey.");
}

async function examineRedisServer(url: string): Promise<Finding> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: 5000,
  });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    const info = await redis.info();
    const version = /redis_version:([\d.]+)/.exec(info)?.[1] ?? "0.0.0";
    const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1] ?? "unknown";
    if (!isAtLeast(version, 6, 2)) return bad(`Redis ${version} is too old`, "Use Redis 6.2 or newer, or Valkey.");
    if (policy !== "noeviction") {
      return bad(
        `its maxmemory-policy is ${policy}, which can lose runs`,
        "Set maxmemory-policy noeviction on that server.",
      );
    }
    return good(`${version}, noeviction`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return bad(`REDIS_URL cannot be reached: ${why}`, "Start that server, or unset REDIS_URL for the embedded one.");
  } finally {
    redis.disconnect();
  }
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split(".").map(Number);
  return first > major || (first === major && second >= minor);
}

function examinePostgres(given: Environment): Finding {
  if (given.DATABASE_URL !== undefined) return good("hosted, see Supabase");
  const binaries = findPostgres();
  if (binaries === null) {
    return bad(`no programs for ${process.platform}-${process.arch}`, "Run npm ci, or use a hosted Supabase.");
  }
  return good(execFileSync(binaries.postgres, ["--version"], { encoding: "utf8" }).trim());
}

function examineChromium(home: string): Finding {
  const path = findChromium(home);
  if (path !== null) return good(path);
  return bad("none; only the browser tests need it", "Run: node scripts/prepare.js --browser, or set CHROMIUM_PATH.");
}

function examineHome(home: string): Finding {
  if (!existsSync(home)) return good(`${home} (made by the first start)`);
  accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  const { mode, uid } = statSync(home);
  const mine = process.getuid?.();
  if (mine !== undefined && mine !== 0 && uid !== mine) {
    return bad(`${home} belongs to another user`, `Run as that user, or give it over: chown -R $(id -u) ${home}`);
  }
  if ((mode & 0o066) !== 0)
    return bad(`${home} may be read by others`, `Run: chmod ${mine === 0 ? "711" : "700"} ${home}`);
  const file = join(home, "stack.json");
  if (existsSync(file) && (statSync(file).mode & 0o077) !== 0) {
    return bad(`${file} holds secrets and may be read by others`, `Run: chmod 600 ${file}`);
  }
  return good(home);
}

function examineDisk(home: string): Finding {
  let folder = home;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const gigabytes = (bavail * bsize) / 1024 ** 3;
  const detail = `${gigabytes.toFixed(1)} GB free`;
  return gigabytes >= 1 ? good(detail) : bad(detail, `Free at least 1 GB on the disk of ${folder}.`);
}

async function examinePort(port: number, running: { pid: number } | null): Promise<Finding> {
  if (port === 0) return good("any");
  if (running !== null) return good(`${port}, held by the running stack`);
  if (await isPortFree(port)) return good(`${port} is free`);
  return bad(`${port} is used by another program`, `Stop it, or choose another: PORT=${port + 100} npm start`);
}

async function examineHosted(given: Environment): Promise<Finding> {
  const { SUPABASE_URL: url, SUPABASE_PUBLISHABLE_KEY: key, DATABASE_URL: database } = given;
  if (url === undefined || key === undefined || database === undefined) return good("embedded");
  const response = await fetch(new URL("/auth/v1/settings", url), {
    headers: { apikey: key },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) return bad(`${url} answers ${response.status}`, "Check SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY.");
  const client = new Client({ connectionString: database, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.query("select 1 from auth.users limit 1");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return bad(`DATABASE_URL does not work: ${why}`, "Take the connection string of the project's Connect page.");
  } finally {
    await client.end();
  }
  return good(`${url} and its database answer`);
}

async function examineRunning(
  home: string,
  running: { pid: number; url: string } | null,
  port: number,
): Promise<Finding> {
  if (running === null) return good("none");
  const ports = readStackFile(home)?.ports ?? {};
  const url = `http://127.0.0.1:${ports["web"] ?? port}/api/v1/health`;
  try {
    await probeHttp(url);
    return good(`healthy (process ${running.pid})`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return bad(`process ${running.pid} runs, but is not healthy: ${why}`, `See the logs in ${join(home, "logs")}.`);
  }
}
