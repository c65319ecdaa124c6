// Who may join a private channel: asked as Realtime asks, by reading and inserting messages under the client's claims.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actAs, attempt, createWorld, type World } from "./actors.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let world: World;

beforeAll(async () => {
  database = await startTestDatabase();
  world = await createWorld(database.pool);
  for (const extension of ["broadcast", "presence", "postgres_changes"]) {
    await database.pool.query("insert into realtime.messages (topic, extension) select unnest($1::text[]), $2", [
      [`run:${world.rows.run}`, `org:${world.org}`, "lobby"],
      extension,
    ]);
  }
});
afterAll(async () => {
  await database?.stop();
});

/** What Realtime finds for a client on a topic: extensions it may read, and those it may write. */
async function rights(user: string | null, topic: string): Promise<{ read: string[]; write: string[] }> {
  return actAs(
    database.pool,
    user,
    async (client) => {
      const { rows } = await client.query<{ extension: string }>(
        "select distinct extension from realtime.messages where topic = $1 order by extension",
        [topic],
      );
      const write: string[] = [];
      for (const extension of ["broadcast", "presence", "postgres_changes"]) {
        const insert = "insert into realtime.messages (topic, extension) values ($1, $2)";
        if ((await attempt(client, insert, [topic, extension])) === 1) write.push(extension);
      }
      return { read: rows.map((row) => row.extension), write };
    },
    { topic },
  );
}

const listener = { read: ["broadcast", "presence"], write: ["presence"] };
const nobody = { read: [], write: [] };

describe("run and organisation channels", () => {
  it.each(["owner", "admin", "builder", "operator", "approver", "viewer"] as const)(
    "let a member in: %s",
    async (actor) => {
      expect(await rights(world.users[actor], `run:${world.rows.run}`)).toEqual(listener);
      expect(await rights(world.users[actor], `org:${world.org}`)).toEqual(listener);
    },
  );

  it("keep strangers, newcomers and the anonymous out", async () => {
    for (const user of [world.users.stranger, world.newcomer, null]) {
      expect(await rights(user, `run:${world.rows.run}`)).toEqual(nobody);
      expect(await rights(user, `org:${world.org}`)).toEqual(nobody);
    }
  });

  it("keep a member out of another organisation's", async () => {
    expect(await rights(world.users.owner, `run:${world.foreignRows.run}`)).toEqual(nobody);
    expect(await rights(world.users.owner, `org:${world.foreignOrg}`)).toEqual(nobody);
  });
});

it("no other topic is anybody's", async () => {
  const run = world.rows.run;
  for (const topic of [
    "lobby",
    "",
    "run:",
    "run:not-a-uuid",
    `run:${run.toUpperCase()}`,
    `run:${run}:tokens`,
    `run:${run}\n`,
    ` run:${run}`,
    `run:${world.org}`,
    `org:${run}`,
    `realtime:run:${run}`,
    `run:${crypto.randomUUID()}`,
    "run:' or 1=1 --",
  ]) {
    expect(await rights(world.users.owner, topic), JSON.stringify(topic)).toEqual(nobody);
  }
});

it("a removed member is out at the next question", async () => {
  await database.pool.query("delete from memberships where user_id = $1", [world.users.viewer]);
  expect(await rights(world.users.viewer, `run:${world.rows.run}`)).toEqual(nobody);
});
