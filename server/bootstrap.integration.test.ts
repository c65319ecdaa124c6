import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { spawnEnvironment } from "../cli/stack/node-script.ts";
import { startStack, type Stack } from "../cli/stack/stack.ts";
import { until } from "./http/test-api.ts";

const root = path.resolve(import.meta.dirname, "..");
const key = "baton_key_of_the_first_start_0123";
let folder: string;
let stack: Stack;
let pool: Pool;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "baton-first-"));
  const env = { BATON_API_KEY: key, LOG_LEVEL: "warn", HOST: "127.0.0.1" };
  stack = await startStack({ home: folder, port: 0, parts: ["postgres", "redis", "supabase"], quiet: true, env });
  pool = new Pool({ connectionString: stack.env["DATABASE_URL"], max: 2 });
});
afterAll(async () => {
  await pool.end();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

async function run(script: string, env: Record<string, string> = {}): Promise<number> {
  const child = spawn(process.execPath, [script], {
    cwd: root,
    env: spawnEnvironment({ ...stack.env, ...env }),
    stdio: "ignore",
  });
  const [code] = await once(child, "exit");
  return Number(code);
}

test(
  "the first start makes organisation, owner, key and demos; the next ones nothing",
  { timeout: 120_000 },
  async () => {
    expect(await run("server/bootstrap.ts")).toBe(1);
    await pool.query("insert into auth.users (id, email) values ($1, $2)", [
      randomUUID(),
      stack.env["BATON_ADMIN_EMAIL"],
    ]);
    expect(await run("server/bootstrap.ts")).toBe(0);
    const count = async () => {
      const { rows } = await pool.query(
        `select (select count(*)::int from public.organizations) as organizations,
         (select count(*)::int from public.memberships where role = 'owner') as owners,
         (select count(*)::int from public.api_keys) as keys,
         (select count(*)::int from public.workflows) as workflows`,
      );
      return rows[0];
    };
    const files = (await readdir(path.join(root, "templates"))).filter((name) => /^(?!index).*\.json$/.test(name));
    const made = { organizations: 1, owners: 1, keys: 1, workflows: files.length };
    expect(await count()).toEqual(made);
    // A demo that was renamed or deleted does not come back as long as its row is there.
    await pool.query("update public.workflows set deleted_at = now() where name like '%e%'");
    expect(await run("server/bootstrap.ts")).toBe(0);
    expect(await count()).toEqual(made);
  },
);

test(
  "the web process answers the API at once, says what is wrong with its environment, and stops when told",
  { timeout: 120_000 },
  async () => {
    expect(await run("server/main.ts", { DATABASE_URL: "" })).toBe(1);
    const port = String(await freePort());
    const web = spawn(process.execPath, ["server/main.ts"], {
      cwd: root,
      env: spawnEnvironment({ ...stack.env, PORT: port }),
      stdio: "ignore",
    });
    const exited = once(web, "exit");
    try {
      const ask = (where: string) => fetch(`http://127.0.0.1:${port}${where}`).catch(() => null);
      const health = await until(
        "an answer",
        () => ask("/api/v1/health"),
        (response) => response !== null,
        60_000,
      );
      expect([200, 503]).toContain(health?.status);
      expect((await ask("/api/v1/workflows"))?.status).toBe(401);
      expect((await ask("/api/nothing"))?.status).toBe(404);
    } finally {
      web.kill("SIGTERM");
    }
    expect((await exited)[0]).toBe(0);
  },
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
