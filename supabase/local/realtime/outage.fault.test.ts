import { afterAll, beforeAll, expect, test } from "vitest";
import { listen, PUBLISHABLE_KEY, SECRET_KEY, subscribed, TestRoom, until } from "./test-room.ts";

let room: TestRoom;
beforeAll(async () => {
  room = await TestRoom.open({ limits: { databaseTimeoutMs: 1_000 } });
});
afterAll(() => room.close());

const PRIVATE = { private: true };

test("the database goes away and comes back: what needs it says so, what does not goes on, nothing needs a restart", async () => {
  const [ann, ben] = [await room.member("outage"), await room.member("outage")];
  const speaker = await subscribed(room.client(ann), "room:outage", { ...PRIVATE, broadcast: { ack: true } });
  const ear = await subscribed(room.client(ben), "room:outage", PRIVATE);
  await speaker.channel.send({ type: "broadcast", event: "before", payload: {} });
  await until("before", () => ear.heard.length === 1);

  await room.postgres.halt();
  const health = () => fetch(`${room.url}/realtime/v1/api/health`).then((response) => response.status);
  await until("the server notices", async () => (await health()) === 503);
  // What policies said is remembered, so those who are in go on talking.
  expect(await speaker.channel.send({ type: "broadcast", event: "during", payload: {} })).toBe("ok");
  await until("during", () => ear.heard.length === 2);
  const refused = listen(room.client(ann), "room:outage", PRIVATE);
  await until("the refusal", () => refused.errors.length > 0);
  expect(refused.errors[0]).toBe("UnableToConnectToProject: Realtime was unable to connect to the project database");
  const body = JSON.stringify({ messages: [{ topic: "room:outage", event: "http", payload: {}, private: true }] });
  const post = (headers: Record<string, string>) =>
    fetch(`${room.url}/realtime/v1/api/broadcast`, { method: "POST", headers, body });
  expect((await post({ apikey: PUBLISHABLE_KEY, authorization: `Bearer ${ann.token}` })).status).toBe(503);
  expect((await post({ apikey: SECRET_KEY })).status).toBe(202);
  await until("the secret key needs no database", () => ear.heard.length === 3);

  await room.postgres.resume();
  await until("the server follows again", async () => (await health()) === 200, 20_000);
  await room.postgres.query("select realtime.send('{}', 'after', 'room:outage')");
  await until("after", () => ear.heard.length === 4);
  await until("the refused one is let in by itself", () => refused.statuses.includes("SUBSCRIBED"), 20_000);
  expect(ear.heard.map((message) => message.event)).toEqual(["before", "during", "http", "after"]);
  expect(ear.statuses).toEqual(["SUBSCRIBED"]);
});

test("a crash of the database in the middle of sending loses and repeats nothing that was committed", async () => {
  const ear = await subscribed(room.client(await room.member("crash")), "room:crash", PRIVATE);
  const numbers = () => ear.heard.map(({ payload }) => (payload as { n: number }).n);
  const committed: number[] = [];
  let n = 0;
  for (let round = 0; round < 3; round += 1) {
    const killAt = n + 20;
    for (;;) {
      n += 1;
      // Joins that are refused roll back: their transaction numbers are the ones that come again after a crash.
      listen(room.client(), "room:crash", PRIVATE);
      const sent = room.postgres.query("select realtime.send($1, 'n', 'room:crash')", [{ n }]);
      if (n === killAt) await room.postgres.kill();
      const isCommitted = await sent.then(
        () => true,
        () => false,
      );
      if (!isCommitted) break;
      committed.push(n);
      if (n > killAt) throw new Error("The database was not killed");
    }
    await room.postgres.resume();
  }
  await until("all that was committed", () => committed.every((sent) => numbers().includes(sent)), 20_000);
  // A send whose answer was lost may have been committed or not; it, too, comes once at most and in its place.
  expect(numbers()).toEqual([...new Set(numbers())].toSorted((a, b) => a - b));
});
