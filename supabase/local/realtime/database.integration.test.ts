import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, subscribed, TestRoom, until } from "./test-room.ts";

let room: TestRoom;
beforeAll(async () => {
  room = await TestRoom.open();
});
afterAll(() => room.close());

const PRIVATE = { private: true };
const send = (topic: string, event: string, payload: object, isPrivate = true) =>
  room.postgres.query("select realtime.send($1, $2, $3, $4)", [payload, event, topic, isPrivate]);
const cutFeed = () =>
  room.postgres.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'realtime-feed'",
  );

describe("broadcast from the database", () => {
  test("realtime.send reaches private and public topics promptly, once, with an id", async () => {
    const inside = await subscribed(room.client(await room.member("db")), "room:db", PRIVATE);
    const old = await subscribed(room.client({ ...(await room.member("db")), vsn: "1.0.0" }), "room:db", PRIVATE);
    const outside = await subscribed(room.client(), "room:db");
    const started = performance.now();
    await send("room:db", "inside", { text: "grüße", big: "x".repeat(20_000) });
    await until("it arrives", () => inside.heard.length === 1 && old.heard.length === 1);
    expect(performance.now() - started).toBeLessThan(4_000);
    await send("room:db", "outside", { id: "own" }, false);
    await until("the public one arrives", () => outside.heard.length === 1);
    expect(inside.heard).toMatchObject([
      { event: "inside", payload: { text: "grüße", id: expect.any(String) }, meta: { id: expect.any(String) } },
    ]);
    expect(outside.heard).toMatchObject([{ event: "outside", payload: { id: "own" } }]);
  });

  test("bytes reach those who can carry them", async () => {
    const person = await room.member("raw");
    const young = await subscribed(room.client(person), "room:raw", PRIVATE);
    await room.postgres.query("select realtime.send_binary('\\x0102ff', 'raw', 'room:raw')");
    await until("bytes arrive", () => young.heard.length === 1);
    expect([...new Uint8Array(young.heard[0]?.payload as ArrayBuffer)]).toEqual([1, 2, 255]);
    expect(young.heard[0]?.meta?.id).toEqual(expect.any(String));
  });

  test("a rolled-back transaction tells nothing, a committed one all in order", async () => {
    const ear = await subscribed(room.client(await room.member("order")), "room:order", PRIVATE);
    await room.postgres.query("begin");
    await send("room:order", "n", { n: -1 });
    await room.postgres.query("rollback");
    await room.postgres.query(
      "select realtime.send(jsonb_build_object('n', n), 'n', 'room:order') from generate_series(1, 1000) n",
    );
    await until("a thousand arrive", () => ear.heard.length === 1000);
    expect(ear.heard.map(({ payload }) => (payload as { n: number }).n)).toEqual(
      Array.from({ length: 1000 }, (_, index) => index + 1),
    );
  });

  test("a transaction number that was used before, as may be after a crash, hides nothing", async () => {
    const ear = await subscribed(room.client(await room.member("reuse")), "room:reuse", PRIVATE);
    for (const event of ["first", "second"]) {
      await room.postgres.query(
        `insert into realtime.messages (topic, extension, event, payload, private, tx)
         values ('room:reuse', 'broadcast', $1, '{}', true, '3')`,
        [event],
      );
    }
    await send("room:reuse", "third", {});
    await until("all three", () => ear.heard.length === 3);
    expect(ear.heard.map((message) => message.event)).toEqual(["first", "second", "third"]);
  });

  test("a message that no client could take is left out and logged; the next one arrives", async () => {
    const ear = await subscribed(room.client(await room.member("huge")), "room:huge", PRIVATE);
    await send("room:huge", "huge", { text: "x".repeat(3_000_001) });
    await send("room:huge", "next", {});
    await until("the next one", () => ear.heard.length === 1);
    expect(ear.heard[0]?.event).toBe("next");
    expect(room.logged.some((line) => line.message?.includes("too large"))).toBe(true);
  });

  test("a failing send is a warning and leaves the transaction as it was", async () => {
    await room.postgres.query("begin");
    await room.postgres.query("select realtime.send('{}', 'x', null)");
    expect(await room.postgres.query("select 1 as alive")).toEqual([{ alive: 1 }]);
    await room.postgres.query("rollback");
  });

  test("realtime.broadcast_changes tells of a row before and after", async () => {
    await room.postgres.query(`
      create table notes (id int primary key, text text);
      create function tell() returns trigger language plpgsql security definer as $$ begin
        perform realtime.broadcast_changes('room:notes', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
        return null; end $$;
      create trigger tell after insert or update or delete on notes for each row execute function tell();`);
    const ear = await subscribed(room.client(await room.member("notes")), "room:notes", PRIVATE);
    await room.postgres.query("insert into notes values (1, 'a'); update notes set text = 'b'; delete from notes");
    await until("three arrive", () => ear.heard.length === 3);
    expect(ear.heard.map(({ payload }) => payload)).toMatchObject([
      { operation: "INSERT", table: "notes", schema: "public", record: { id: 1, text: "a" }, old_record: null },
      { operation: "UPDATE", record: { id: 1, text: "b" }, old_record: { id: 1, text: "a" } },
      { operation: "DELETE", record: null, old_record: { id: 1, text: "b" } },
    ]);
    await expect(
      room.postgres.query(
        "select realtime.broadcast_changes('t', 'e', 'TRUNCATE', 't', 's', null::notes, null::notes)",
      ),
    ).rejects.toThrow(/unexpected operation TRUNCATE/);
  });

  test("what is sent while the connection to the database is cut arrives once, in order", async () => {
    const ear = await subscribed(room.client(await room.member("cut")), "room:cut", PRIVATE);
    for (let n = 1; n <= 60; n += 1) {
      if (n % 20 === 10) await cutFeed();
      await send("room:cut", "n", { n });
    }
    await until("all sixty arrive", () => ear.heard.length >= 60);
    await send("room:cut", "n", { n: 61 });
    await until("and the next", () => ear.heard.length >= 61);
    expect(ear.heard.map(({ payload }) => (payload as { n: number }).n)).toEqual(
      Array.from({ length: 61 }, (_, index) => index + 1),
    );
  });

  test("a transaction that began early and commits late is not missed", async () => {
    const ear = await subscribed(room.client(await room.member("late")), "room:late", PRIVATE);
    await room.postgres.query("begin");
    await send("room:late", "slow", {});
    await fetch(`${room.url}/realtime/v1/api/health`);
    const { Client } = await import("pg");
    const other = new Client({ connectionString: room.postgres.url });
    await other.connect();
    await other.query("select realtime.send('{}', 'fast', 'room:late')");
    await other.end();
    await until("the fast one arrives", () => ear.heard.length === 1);
    await room.postgres.query("commit");
    await until("the slow one arrives", () => ear.heard.length === 2);
    expect(ear.heard.map((message) => message.event)).toEqual(["fast", "slow"]);
  });
});

describe("replay", () => {
  test("gives the newest since a time, at most 25, oldest first, marked, and then what is live, once", async () => {
    const person = await room.member("past");
    const witness = await subscribed(room.client(person), "room:past", PRIVATE);
    await room.postgres.query(
      "select realtime.send(jsonb_build_object('n', n), 'n', 'room:past') from generate_series(1, 40) n",
    );
    await send("room:past", "n", { n: 0 }, false);
    // What was sent before a join but is still on its way would rightly be heard live.
    await until("all are on their way no more", () => witness.heard.length === 40);
    const numbers = async (since: number, limit?: number) => {
      const config = { ...PRIVATE, broadcast: { replay: { since, ...(limit === undefined ? {} : { limit }) } } };
      const client = room.client(person);
      const ear = await subscribed(client, "room:past", config);
      await room.postgres.query("select realtime.send('{\"n\": \"live\"}', 'n', 'room:past')");
      await until("live", () => ear.heard.some(({ payload }) => (payload as { n: unknown }).n === "live"));
      await client.removeChannel(ear.channel);
      await room.postgres.query("delete from realtime.messages where payload ->> 'n' = 'live'");
      return ear.heard.map(({ payload, meta }) => [(payload as { n: unknown }).n, meta?.replayed]);
    };
    const newest = Array.from({ length: 25 }, (_, index) => [16 + index, true]);
    expect(await numbers(0)).toEqual([...newest, ["live", undefined]]);
    expect(await numbers(Date.now() - 60_000, 3)).toEqual([
      [38, true],
      [39, true],
      [40, true],
      ["live", undefined],
    ]);
    expect(await numbers(Date.now() - 60_000, 100)).toHaveLength(26);
    expect(await numbers(Date.now() + 60_000)).toEqual([["live", undefined]]);
  });

  test("with wrong parameters is refused", async () => {
    const config = { ...PRIVATE, broadcast: { replay: { since: "yesterday" as unknown as number } } };
    const refused = listen(room.client(await room.member("past")), "room:past", config);
    await until("the refusal", () => refused.errors.length > 0);
    expect(refused.errors[0]).toMatch(/^UnableToReplayMessages: /);
  });

  test("needs the right to hear", async () => {
    const config = { ...PRIVATE, broadcast: { replay: { since: 0 } }, presence: { enabled: true } };
    const deaf = listen(room.client(await room.member("past", { hear: false })), "room:past", config);
    await until("the refusal", () => deaf.errors.length > 0);
    expect(deaf.errors[0]).toMatch(/^Unauthorized: /);
  });
});

test("rows older than three days go when the server starts; the schema is idempotent; clients come back", async () => {
  const client = room.client({ ...(await room.member("restart")), reconnectMs: 20 });
  const ear = await subscribed(client, "room:restart", PRIVATE);
  await room.postgres.query(
    `insert into realtime.messages (topic, extension, inserted_at) values
     ('old', 'broadcast', now() - interval '73 hours'), ('old', 'broadcast', now() - interval '71 hours')`,
  );
  await room.realtime.close();
  await until("the client notices", () => ear.statuses.includes("CHANNEL_ERROR"));
  await room.serve();
  await until("it is subscribed again", () => ear.statuses.at(-1) === "SUBSCRIBED", 20_000);
  const old = () => room.postgres.query("select count(*)::int as n from realtime.messages where topic = 'old'");
  await until("the old row is gone", async () => (await old())[0]?.["n"] === 1);
  await send("room:restart", "back", {});
  await until("it hears again", () => ear.heard.length === 1);
});
