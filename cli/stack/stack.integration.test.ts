import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { Redis } from "ioredis";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HomeInUseError } from "./lock.ts";
import { processBeginning } from "./process-identity.ts";
import { type Stack, startStack } from "./stack.ts";

const data = ["postgres", "redis", "supabase"] as const;
const folders: string[] = [];

function temporaryHome(): string {
  const folder = mkdtempSync(join(tmpdir(), "baton-stack-"));
  folders.push(folder);
  return join(folder, "home");
}

function start(home: string, env: Record<string, string | undefined> = {}, port = 0): Promise<Stack> {
  return startStack({ home, port, parts: [...data], quiet: true, env });
}

/** A client as a browser has one: nothing kept between tests, no timers left behind. */
function browser(stack: Stack, key = stack.env["SUPABASE_PUBLISHABLE_KEY"]!): SupabaseClient {
  return createClient(stack.env["SUPABASE_URL"]!, key, { auth: { persistSession: false, autoRefreshToken: false } });
}

async function query<Row extends object>(stack: Stack, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: stack.env["DATABASE_URL"]! });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function eventually<T>(look: () => Promise<T> | T, withinMs = 20_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** One part of a token, as whoever forges one writes it. */
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function signUp(stack: Stack, email: string) {
  const client = browser(stack);
  const { data: signed, error } = await client.auth.signUp({ email, password: "correct-horse" });
  expect(error).toBeNull();
  return { client, id: signed.user!.id, session: signed.session! };
}

interface Mails {
  mails: { id: string; to: string[]; subject: string; text: string; html: string }[];
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("a stack", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await start(temporaryHome());
    await query(
      stack,
      `create table public.scratch (
         id int primary key, owner uuid not null, note jsonb, secret text
       );
       alter table public.scratch enable row level security;
       create policy own on public.scratch using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
       revoke all on public.scratch from anon, authenticated;
       grant select (id, owner, note), insert (id, owner, note) on public.scratch to authenticated;
       create table public.open_book (id int primary key);
       grant select on public.open_book to anon;`,
    );
  });
  afterAll(() => stack?.stop());

  it("answers the Data API in the caller's own role", async () => {
    const ada = await signUp(stack, "ada@example.test");
    const bob = await signUp(stack, "bob@example.test");
    // The gateway hears of the new table by itself.
    await eventually(async () => {
      const { error } = await ada.client.from("scratch").select("id");
      expect(error).toBeNull();
    });
    const note = [{ a: 1 }, "two", null, ["nested"]];
    const written = await ada.client.from("scratch").insert({ id: 1, owner: ada.id, note });
    expect(written.error).toBeNull();
    expect((await ada.client.from("scratch").select("id, note")).data).toEqual([{ id: 1, note }]);
    expect((await bob.client.from("scratch").select("id")).data).toEqual([]);
    expect((await bob.client.from("scratch").insert({ id: 2, owner: ada.id })).error?.code).toBe("42501");
    expect((await browser(stack).from("scratch").select("id")).error?.code).toBe("42501");
    const service = browser(stack, stack.env["SUPABASE_SECRET_KEY"]!);
    expect((await service.from("scratch").select("id")).data).toEqual([{ id: 1 }]);
  });

  it("never gives back a right that a migration took away", async () => {
    const eve = await signUp(stack, "eve@example.test");
    expect((await eve.client.from("scratch").select("secret")).error?.code).toBe("42501");
    const [rights] = await query<{ whole: boolean; accounts: boolean }>(
      stack,
      `select has_table_privilege('authenticated', 'public.scratch', 'select') as whole,
              has_table_privilege('authenticated', 'auth.users', 'select') as accounts`,
    );
    expect(rights).toEqual({ whole: false, accounts: false });
  });

  it("refuses requests without a key, with a wrong one, and forged tokens", async () => {
    const rest = `${stack.env["SUPABASE_URL"]}/rest/v1/open_book`;
    const apikey = stack.env["SUPABASE_PUBLISHABLE_KEY"]!;
    const claims = part({ role: "service_role" });
    const forged = [`${part({ alg: "none" })}.${claims}.`, `${part({ alg: "HS256" })}.${claims}.c2lnbmVk`];
    const closed = `${stack.env["SUPABASE_URL"]}/rest/v1/scratch?select=id`;
    const responses = await Promise.all([
      fetch(rest),
      fetch(rest, { headers: { apikey: "sb_publishable_wrong" } }),
      ...forged.map((token) => fetch(closed, { headers: { apikey, authorization: `Bearer ${token}` } })),
      fetch(`${stack.env["SUPABASE_URL"]}/rest/v1/users`, { headers: { apikey, "accept-profile": "auth" } }),
    ]);
    expect(responses.map((response) => response.status)).toEqual([401, 401, 401, 401, 406]);
    expect((await fetch(rest, { headers: { apikey } })).status).toBe(200);
  });

  it("lets pages of the web app call, and no others", async () => {
    const ask = async (origin: string) => {
      const response = await fetch(`${stack.env["SUPABASE_URL"]}/auth/v1/settings`, {
        headers: { origin, apikey: stack.env["SUPABASE_PUBLISHABLE_KEY"]! },
      });
      return response.headers.get("access-control-allow-origin");
    };
    expect(await ask(stack.url)).toBe(stack.url);
    expect(await ask(stack.url.replace("localhost", "127.0.0.1"))).toBe(stack.url.replace("localhost", "127.0.0.1"));
    expect(await ask("https://evil.example")).toBeNull();
  });

  it("signs up, signs in for ten minutes, renews and signs out", async () => {
    const { client, session } = await signUp(stack, "grace@example.test");
    expect(session.expires_in).toBe(600);
    const again = await browser(stack).auth.signInWithPassword({
      email: "grace@example.test",
      password: "correct-horse",
    });
    expect(again.error).toBeNull();
    const wrong = await browser(stack).auth.signInWithPassword({ email: "grace@example.test", password: "wrong" });
    expect(wrong.error?.code).toBe("invalid_credentials");
    expect((await client.auth.refreshSession()).data.session?.access_token).toBeTruthy();
    expect((await client.auth.signOut()).error).toBeNull();
  });

  it("mails a link that resets a forgotten password, once", async () => {
    await signUp(stack, "joan@example.test");
    const client = browser(stack);
    expect((await client.auth.resetPasswordForEmail("joan@example.test")).error).toBeNull();
    const mailbox = `${stack.env["BATON_MAILBOX_URL"]}/mailbox.json`;
    const mail = await eventually(async () => {
      const { mails } = (await (await fetch(mailbox)).json()) as Mails;
      const found = mails.find(({ to }) => to.includes("joan@example.test"));
      expect(found).toBeDefined();
      return found!;
    });
    expect(mail.subject).toBe("Choose a new password for Baton");
    const link = /href="([^"]+)"/.exec(mail.html)![1]!.replaceAll("&amp;", "&");
    expect(link.startsWith(`${stack.url}/reset-password?token_hash=`)).toBe(true);
    expect(mail.text).toContain(link);
    const token_hash = new URL(link).searchParams.get("token_hash")!;
    expect((await client.auth.verifyOtp({ type: "recovery", token_hash })).error).toBeNull();
    expect((await client.auth.updateUser({ password: "battery-staple" })).error).toBeNull();
    const signIn = { email: "joan@example.test", password: "battery-staple" };
    expect((await browser(stack).auth.signInWithPassword(signIn)).error).toBeNull();
    expect((await browser(stack).auth.verifyOtp({ type: "recovery", token_hash })).error).not.toBeNull();
    // A page in somebody's browser must not read the mails, not even one from here.
    expect((await fetch(mailbox, { headers: { origin: stack.url } })).status).toBe(403);
    expect((await fetch(`${stack.env["BATON_MAILBOX_URL"]}/mailbox/${mail.id}.json`)).status).toBe(200);
  });

  it("stores files, and keeps strangers from them", async () => {
    const service = browser(stack, stack.env["SUPABASE_SECRET_KEY"]!);
    expect((await service.storage.createBucket("artifacts", { public: false })).error).toBeNull();
    const path = "org/run/../odd name.txt";
    const bytes = new TextEncoder().encode("a".repeat(300_000));
    const uploaded = await service.storage
      .from("artifacts")
      .upload("org/run/big.txt", bytes, { contentType: "text/plain" });
    expect(uploaded.error).toBeNull();
    const fetched = await service.storage.from("artifacts").download("org/run/big.txt");
    expect((await fetched.data!.text()).length).toBe(300_000);
    const { client } = await signUp(stack, "mallory@example.test");
    expect((await client.storage.from("artifacts").download("org/run/big.txt")).error).not.toBeNull();
    expect((await client.storage.from("artifacts").upload(path, bytes)).error).not.toBeNull();
    expect((await service.storage.from("artifacts").remove(["org/run/big.txt"])).error).toBeNull();
    expect((await service.storage.from("artifacts").download("org/run/big.txt")).error).not.toBeNull();
  });

  it("keeps its secrets to its owner", () => {
    const file = join(stack.home.path, "stack.json");
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(stack.home.path).mode & 0o066).toBe(0);
    expect(statSync(join(stack.home.path, "redis", "redis.conf")).mode & 0o077).toBe(0);
    const redis = stack.children.find((child) => child.name === "redis")!;
    const commandLine = readFileSync(`/proc/${redis.pid()}/cmdline`, "utf8");
    expect(commandLine).not.toContain(stack.home.secrets.redisPassword);
  });

  it("runs Redis so that nothing is evicted and little is lost", async () => {
    const redis = new Redis(stack.env["REDIS_URL"]!);
    try {
      expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
      expect(await redis.config("GET", "appendonly")).toEqual(["appendonly", "yes"]);
    } finally {
      redis.disconnect();
    }
  });

  it("refuses a second start on the same home, and says what to do", async () => {
    const second = start(stack.home.path);
    await expect(second).rejects.toThrow(HomeInUseError);
    await expect(second).rejects.toThrow("PORT=3100 BATON_HOME=.baton-2 npm start");
    // The refused start has touched nothing.
    expect(await query(stack, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it.each(["redis", "supabase", "postgres"])("starts %s again when it is killed", async (name) => {
    const child = stack.children.find((one) => one.name === name)!;
    const before = child.pid();
    child.kill("SIGKILL");
    await eventually(() => {
      expect(child.pid()).not.toBeNull();
      expect(child.pid()).not.toBe(before);
    });
    await eventually(async () => {
      const redis = new Redis(stack.env["REDIS_URL"]!, { maxRetriesPerRequest: 0, retryStrategy: () => null });
      redis.on("error", () => undefined);
      try {
        expect(await redis.ping()).toBe("PONG");
      } finally {
        redis.disconnect();
      }
      const { error } = await browser(stack).from("open_book").select("id");
      expect(error).toBeNull();
    });
  });
});

describe("stacks in time and space", { timeout: 120_000 }, () => {
  it("keeps its data and ports over a stop, and leaves no process", async () => {
    const home = temporaryHome();
    // A web port that is named gives ports which the system hands to nobody else meanwhile.
    const port = 7000 + (process.pid % 1000);
    const first = await start(home, {}, port);
    await query(first, "create table public.kept (id int)");
    await query(first, "insert into public.kept values (7)");
    const redis = new Redis(first.env["REDIS_URL"]!);
    await redis.set("kept", "yes");
    await redis.quit();
    const pids = first.children.map((child) => child.pid()!);
    await first.stop();
    expect(pids.map(processBeginning)).toEqual(pids.map(() => null));
    await first.stop();

    const second = await start(home, {}, port);
    try {
      expect(second.env["SUPABASE_URL"]).toBe(first.env["SUPABASE_URL"]);
      expect(second.env["BATON_SECRET"]).toBe(first.env["BATON_SECRET"]);
      expect(await query(second, "select id from public.kept")).toEqual([{ id: 7 }]);
      const again = new Redis(second.env["REDIS_URL"]!);
      expect(await again.get("kept")).toBe("yes");
      await again.quit();
    } finally {
      await second.stop();
    }
  });

  it("runs two side by side that know nothing of each other", async () => {
    const [one, two] = await Promise.all([start(temporaryHome()), start(temporaryHome())]);
    try {
      await query(one, "create table public.only_here (id int)");
      await expect(query(two, "select * from public.only_here")).rejects.toThrow("does not exist");
      const refused = await fetch(`${two.env["SUPABASE_URL"]}/rest/v1/organizations`, {
        headers: { apikey: one.env["SUPABASE_PUBLISHABLE_KEY"]! },
      });
      expect(refused.status).toBe(401);
    } finally {
      await Promise.all([one.stop(), two.stop()]);
    }
  });

  it("leaves nothing running when a part cannot start", async () => {
    const home = temporaryHome();
    const broken = start(home, { PATH: "/nowhere", SUPABASE_URL: "https://x.supabase.co" });
    await expect(broken).rejects.toThrow("SUPABASE_PUBLISHABLE_KEY");
    const whole = await start(home);
    await whole.stop();
  });
});
