// People and organisations: what attackers try from inside, the last owner, profiles, and the audit of direct changes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { actAs, attempt, createOrganization, createUser, createWorld, join, type World } from "./actors.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let world: World;

beforeAll(async () => {
  database = await startTestDatabase();
});
beforeEach(async () => {
  world = await createWorld(database.pool);
});
afterAll(async () => {
  await database?.stop();
});

async function tryAs(user: string | null, sql: string, values: unknown[] = []): Promise<string | number> {
  return actAs(database.pool, user, (client) => attempt(client, sql, values));
}

async function isWaiting(query: string): Promise<boolean> {
  const { rows } = await database.pool.query(
    "select 1 from pg_stat_activity where query = $1 and wait_event_type = 'Lock'",
    [query],
  );
  return rows.length > 0;
}

describe("an attacker inside", () => {
  it("cannot raise the own role", async () => {
    const raise = "update memberships set role = $2 where user_id = $1 and org_id = $3";
    for (const actor of ["builder", "operator", "approver", "viewer"] as const) {
      expect(await tryAs(world.users[actor], raise, [world.users[actor], "admin", world.org])).toBe(0);
    }
    expect(await tryAs(world.users.admin, raise, [world.users.admin, "owner", world.org])).toBe("42501");
    expect(await tryAs(world.users.stranger, raise, [world.users.stranger, "owner", world.org])).toBe(0);
  });

  it("cannot join an organisation, nor bring somebody into a foreign one", async () => {
    const add = "insert into memberships (org_id, user_id, role) values ($1, $2, 'viewer')";
    expect(await tryAs(world.newcomer, add, [world.org, world.newcomer])).toBe("42501");
    expect(await tryAs(world.users.stranger, add, [world.org, world.users.stranger])).toBe("42501");
    expect(await tryAs(world.users.admin, add, [world.foreignOrg, world.users.admin])).toBe("42501");
  });

  it("cannot, as an admin, touch an owner", async () => {
    const { admin, owner } = world.users;
    expect(await tryAs(admin, "update memberships set role = 'viewer' where user_id = $1", [owner])).toBe(0);
    expect(await tryAs(admin, "delete from memberships where user_id = $1", [owner])).toBe(0);
  });

  it("cannot move rows between organisations, even owning both", async () => {
    await join(database.pool, world.foreignOrg, world.users.owner, "owner");
    for (const table of ["memberships", "groups", "group_members"]) {
      const move = `update ${table} set org_id = $1`;
      expect(await tryAs(world.users.owner, move, [world.foreignOrg]), table).toBe("42501");
    }
    expect(await tryAs(world.users.owner, "update organizations set id = gen_random_uuid()")).toBe("42501");
  });

  it("cannot set columns that are the system's", async () => {
    const { owner } = world.users;
    const early = "insert into memberships (org_id, user_id, role, created_at) values ($1, $2, 'viewer', '2000-01-01')";
    expect(await tryAs(owner, early, [world.org, world.newcomer])).toBe("42501");
    expect(
      await tryAs(owner, "insert into groups (id, org_id, name) values ($2, $1, 'x')", [world.org, world.rows.run]),
    ).toBe("42501");
    expect(await tryAs(owner, "update organizations set created_at = now()")).toBe("42501");
    expect(await tryAs(owner, "update profiles set id = $1", [world.newcomer])).toBe("42501");
  });

  it("cannot mix tenants in a group", async () => {
    const add = "insert into group_members (group_id, org_id, user_id) values ($1, $2, $3)";
    const { owner, stranger, viewer } = world.users;
    expect(await tryAs(owner, add, [world.foreignRows.group, world.org, viewer])).toBe("23503");
    expect(await tryAs(owner, add, [world.rows.group, world.org, stranger])).toBe("23503");
    expect(await tryAs(owner, add, [world.foreignRows.group, world.foreignOrg, stranger])).toBe("42501");
  });

  it("cannot make the database refuse everybody by huge settings", async () => {
    const grow = "update organizations set settings = jsonb_build_object('a', repeat('x', 70000)) where id = $1";
    expect(await tryAs(world.users.owner, grow, [world.org])).toBe("23514");
  });

  it("is out at once when removed", async () => {
    await database.pool.query("delete from memberships where org_id = $1 and user_id = $2", [
      world.org,
      world.users.builder,
    ]);
    for (const table of [
      "organizations",
      "memberships",
      "workflows",
      "runs",
      "run_events",
      "approvals",
      "group_members",
    ]) {
      expect(await tryAs(world.users.builder, `select 1 from ${table}`), table).toBe(0);
    }
    // One's own profile stays.
    expect(await tryAs(world.users.builder, "select 1 from profiles")).toBe(1);
  });

  it("sees the same by either way gateways hand over claims", async () => {
    for (const claims of ["one-setting", "single-settings"] as const) {
      const seen = await actAs(database.pool, world.users.viewer, (c) => attempt(c, "select 1 from organizations"), {
        claims,
      });
      expect(seen, claims).toBe(1);
    }
  });
});

describe("the last owner", () => {
  it("cannot leave, be demoted or be deleted, whoever tries", async () => {
    const { owner } = world.users;
    expect(await tryAs(owner, "update memberships set role = 'admin' where user_id = $1", [owner])).toBe("BT010");
    expect(await tryAs(owner, "delete from memberships where user_id = $1", [owner])).toBe("BT010");
    await expect(database.pool.query("delete from auth.users where id = $1", [owner])).rejects.toMatchObject({
      code: "BT010",
      message: expect.stringContaining("at least one owner"),
      hint: expect.stringContaining("another member an owner"),
    });
  });

  it("can hand over in one statement", async () => {
    const { owner, admin } = world.users;
    const handOver = `update memberships set role = case user_id when $1 then 'viewer' else 'owner' end where user_id in ($1, $2)`;
    expect(await tryAs(owner, handOver, [owner, admin])).toBe(2);
  });

  it("stays when two owners demote each other at once", async () => {
    const { owner, admin } = world.users;
    await database.pool.query("update memberships set role = 'owner' where user_id = $1", [admin]);
    const demote = "update memberships set role = 'viewer' where user_id = $1";
    const first = await database.pool.connect();
    const second = await database.pool.connect();
    try {
      await first.query("begin");
      await first.query(demote, [admin]);
      let settled = false;
      const later = second.query(demote, [owner]).finally(() => (settled = true));
      const refusal = expect(later).rejects.toMatchObject({ code: "BT010" });
      // The second has to wait for the first: only then can it know who is left.
      await expect.poll(async () => settled || (await isWaiting(demote)), { timeout: 5000 }).toBe(true);
      await first.query("commit");
      await refusal;
    } finally {
      first.release();
      second.release();
    }
  });

  it("does not stand in the way of deleting the organisation, with all that is in it", async () => {
    await database.pool.query("delete from organizations where id = $1", [world.org]);
    for (const table of [
      "memberships",
      "groups",
      "group_members",
      "workflows",
      "workflow_versions",
      "runs",
      "run_events",
      "run_signals",
      "run_timers",
      "approvals",
      "audit_log",
      "api_keys",
      "idempotency_keys",
    ]) {
      const { rows } = await database.pool.query(`select 1 from ${table} where org_id = $1`, [world.org]);
      expect(rows, table).toEqual([]);
    }
  });
});

describe("create_organization", () => {
  it("makes the caller its owner", async () => {
    await actAs(database.pool, world.newcomer, async (client) => {
      const { rows } = await client.query("select * from create_organization('  Ångström & Co  ')");
      expect(rows[0]).toMatchObject({ name: "Ångström & Co", slug: "ngstr-m-co" });
      const { rows: mine } = await client.query("select user_id, role from memberships where org_id = $1", [
        rows[0].id,
      ]);
      expect(mine).toEqual([{ user_id: world.newcomer, role: "owner" }]);
    });
  });

  it("finds a free slug", async () => {
    await actAs(database.pool, world.newcomer, async (client) => {
      const first = await client.query("select slug from create_organization('Twice')");
      const second = await client.query("select slug from create_organization('Twice')");
      expect(first.rows[0].slug).toBe("twice");
      expect(second.rows[0].slug).toMatch(/^twice-[0-9a-f]{12}$/);
      const { rows } = await client.query("select slug from create_organization('日本')");
      expect(rows[0].slug).toMatch(/^org/);
    });
  });

  it("is refused to nobody in particular, without a name, and without end", async () => {
    expect(await tryAs(null, "select create_organization('x')")).toBe("42501");
    expect(await tryAs(world.newcomer, "select create_organization('   ')")).toBe("22023");
    expect(await tryAs(world.newcomer, "select create_organization(null)")).toBe("22023");
    const many = "select create_organization('n' || n) from generate_series(1, 26) n";
    expect(await tryAs(world.newcomer, many)).toBe("BT012");
  });
});

describe("profiles", () => {
  it("follow accounts, and are seen by colleagues alone", async () => {
    const user = await createUser(database.pool, "newcomer", "x".repeat(300));
    const { rows } = await database.pool.query(
      "select email, char_length(name) as length from profiles where id = $1",
      [user],
    );
    expect(rows[0].length).toBe(120);
    await database.pool.query("update auth.users set email = 'new@example.com' where id = $1", [user]);
    const { rows: after } = await database.pool.query("select email from profiles where id = $1", [user]);
    expect(after[0].email).toBe("new@example.com");
    const look = "select 1 from profiles where id = $1";
    expect(await tryAs(user, look, [user])).toBe(1);
    expect(await tryAs(world.users.owner, look, [user])).toBe(0);
    await join(database.pool, world.org, user, "viewer");
    expect(await tryAs(world.users.owner, look, [user])).toBe(1);
    await database.pool.query("delete from auth.users where id = $1", [user]);
    expect(await tryAs(world.users.owner, look, [user])).toBe(0);
  });

  it("are kept when it is the Auth server that writes, which has no rights here", async () => {
    const client = await database.pool.connect();
    try {
      await client.query("begin; set local role supabase_auth_admin");
      const { rows } = await client.query("insert into auth.users (email) values ('first@example.com') returning id");
      await client.query("update auth.users set email = 'second@example.com' where id = $1", [rows[0].id]);
      await client.query("reset role");
      await client.query("insert into memberships (org_id, user_id, role) values ($1, $2, 'viewer')", [
        world.org,
        rows[0].id,
      ]);
      const profile = await client.query("select email from profiles where id = $1", [rows[0].id]);
      expect(profile.rows).toEqual([{ email: "second@example.com" }]);
      await client.query("set local role supabase_auth_admin");
      expect(await attempt(client, "delete from auth.users where id = $1", [rows[0].id])).toBe(1);
      expect(await attempt(client, "delete from auth.users where id = $1", [world.users.owner])).toBe("BT010");
    } finally {
      await client.query("rollback");
      client.release();
    }
  });

  it("stop being shared when the shared organisation does", async () => {
    const org = await createOrganization(database.pool, "short-lived");
    await join(database.pool, org, world.users.owner, "owner");
    await join(database.pool, org, world.newcomer, "viewer");
    const look = "select 1 from profiles where id = $1";
    expect(await tryAs(world.users.owner, look, [world.newcomer])).toBe(1);
    await database.pool.query("delete from organizations where id = $1", [org]);
    expect(await tryAs(world.users.owner, look, [world.newcomer])).toBe(0);
  });
});

it("changes made past the server are in the audit, with who and what", async () => {
  const change = "update memberships set role = 'builder' where user_id = $1";
  await actAs(database.pool, world.users.owner, (c) => c.query(change, [world.users.viewer]), { keep: true });
  await actAs(
    database.pool,
    world.users.admin,
    (c) => c.query("delete from groups where id = $1", [world.rows.group]),
    { keep: true },
  );
  const { rows } = await database.pool.query(
    "select actor_id, action, target_id, details from audit_log where org_id = $1 and actor_kind = 'user' order by id",
    [world.org],
  );
  expect(rows).toMatchObject([
    {
      actor_id: world.users.owner,
      action: "membership-updated",
      target_id: world.users.viewer,
      details: { before: { role: "viewer" }, after: { role: "builder" } },
    },
    { actor_id: world.users.admin, action: "group-deleted", target_id: world.rows.group },
    { actor_id: world.users.admin, action: "group-member-deleted", target_id: world.rows.group },
  ]);
});
