import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, PUBLISHABLE_KEY, SECRET_KEY, subscribed, TestRoom, tokenOf, until } from "./test-room.ts";

let room: TestRoom;
beforeAll(async () => {
  room = await TestRoom.open();
});
afterAll(() => room.close());

const PRIVATE = { private: true };

describe("broadcast by socket", () => {
  test.each(["1.0.0", "2.0.0"] as const)("reaches the others, and the sender only with self (%s)", async (vsn) => {
    const [a, b] = [await room.member(`talk${vsn}`), await room.member(`talk${vsn}`)];
    const topic = `room:talk${vsn}`;
    const alice = await subscribed(room.client({ ...a, vsn }), topic, PRIVATE);
    const bob = await subscribed(room.client({ ...b, vsn }), topic, { ...PRIVATE, broadcast: { self: true } });
    const payload = { text: "grüße 🎉", list: [1, null, { deep: true }] };
    await alice.channel.send({ type: "broadcast", event: "said", payload });
    await until("bob hears alice", () => bob.heard.length === 1);
    expect(bob.heard[0]).toMatchObject({ event: "said", payload });
    await bob.channel.send({ type: "broadcast", event: "answered", payload: {} });
    await until("both hear bob", () => bob.heard.length === 2 && alice.heard.length === 1);
    expect(alice.heard.map((message) => message.event)).toEqual(["answered"]);
  });

  test("serializers understand each other; bytes reach those who can carry them", async () => {
    const person = await room.member("mixed");
    const old = await subscribed(room.client({ ...person, vsn: "1.0.0" }), "room:mixed", PRIVATE);
    const young = await subscribed(room.client({ ...person, vsn: "2.0.0" }), "room:mixed", PRIVATE);
    const other = await subscribed(room.client({ ...person, vsn: "2.0.0" }), "room:mixed", PRIVATE);
    await young.channel.send({ type: "broadcast", event: "bytes", payload: new Uint8Array([1, 2, 255]).buffer });
    await young.channel.send({ type: "broadcast", event: "new", payload: { from: "young" } });
    await old.channel.send({ type: "broadcast", event: "old", payload: { from: "old" } });
    await until("all heard", () => other.heard.length === 3 && old.heard.length === 1 && young.heard.length === 1);
    expect([...new Uint8Array(other.heard[0]?.payload as ArrayBuffer)]).toEqual([1, 2, 255]);
    expect(old.heard).toMatchObject([{ event: "new", payload: { from: "young" } }]);
    expect(young.heard).toMatchObject([{ event: "old", payload: { from: "old" } }]);
  });

  test("with ack the answer says whether it was sent", async () => {
    const config = { ...PRIVATE, broadcast: { ack: true } };
    const speaker = await subscribed(room.client(await room.member("ack")), "room:ack", config);
    const silent = await subscribed(room.client(await room.member("ack", { speak: false })), "room:ack", config);
    expect(await speaker.channel.send({ type: "broadcast", event: "x", payload: {} })).toBe("ok");
    expect(await silent.channel.send({ type: "broadcast", event: "x", payload: {} })).toBe("error");
    await until("silent heard the speaker", () => silent.heard.length === 1);
    expect(speaker.heard).toEqual([]);
    const large = "x".repeat(300_000);
    expect(await speaker.channel.send({ type: "broadcast", event: "x", payload: { large } })).toBe("error");
    const persist = await speaker.channel.send({ type: "broadcast", event: "x", payload: {}, persist: true });
    expect(persist).toContain("realtime.send");
  });

  test("public and private topics of one name do not hear each other", async () => {
    const person = await room.member("twin");
    const inside = await subscribed(room.client(person), "room:twin", PRIVATE);
    const outside = await subscribed(room.client(), "room:twin");
    const witness = await subscribed(room.client(), "room:twin");
    await inside.channel.send({ type: "broadcast", event: "secret", payload: {} });
    await outside.channel.send({ type: "broadcast", event: "open", payload: {} });
    await until("the witness hears what is public", () => witness.heard.length > 0);
    expect(witness.heard.map((message) => message.event)).toEqual(["open"]);
    expect(inside.heard).toEqual([]);
  });
});

const post = (path: string, headers: Record<string, string>, body: BodyInit) =>
  fetch(`${room.url}/realtime/v1/api/broadcast${path}`, { method: "POST", headers, body });
const batch = (...messages: object[]) => JSON.stringify({ messages });
const as = (token: string) => ({ apikey: PUBLISHABLE_KEY, authorization: `Bearer ${token}` });

describe("broadcast by HTTP", () => {
  test("the secret key may write everywhere, in order", async () => {
    const ear = await subscribed(room.client(await room.member("post")), "room:post", PRIVATE);
    const messages = [1, 2, 3].map((n) => ({ topic: "room:post", event: "n", payload: { n }, private: true }));
    const response = await post("", { apikey: SECRET_KEY, "content-type": "application/json" }, batch(...messages));
    expect(response.status).toBe(202);
    await until("three arrive", () => ear.heard.length === 3);
    expect(ear.heard.map((message) => message.payload)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test("a user passes the INSERT policy or is refused", async () => {
    const ear = await subscribed(room.client(await room.member("mail")), "room:mail", PRIVATE);
    const message = { topic: "room:mail", event: "hello", payload: { by: "http" }, private: true };
    const member = await room.member("mail");
    const stranger = await room.member("elsewhere");
    expect((await post("", as(member.token), batch(message))).status).toBe(202);
    const refused = await post("", as(stranger.token), batch(message));
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({
      message: "Unauthorized: You do not have permissions to write to this Channel topic: room:mail",
    });
    const anonymous = await post("", { apikey: PUBLISHABLE_KEY }, batch(message));
    expect(anonymous.status).toBe(403);
    expect((await post("", {}, batch(message))).status).toBe(401);
    expect((await post("", { apikey: "sb_secret_guess" }, batch(message))).status).toBe(401);
    const expiredToken = await tokenOf(member.id, -5);
    const late = await post("", as(expiredToken), batch(message));
    expect(late.status).toBe(401);
    expect(await late.text()).toMatch(/Token has expired \d+ seconds ago/);
    await until("one arrives", () => ear.heard.length === 1);
    expect(ear.heard).toHaveLength(1);
  });

  test("httpSend sends JSON and bytes, and says why it could not", async () => {
    const ear = await subscribed(room.client(await room.member("send")), "room:send", PRIVATE);
    const sender = room.client(await room.member("send")).channel("room:send", { config: PRIVATE });
    expect(await sender.httpSend("json/ü", { a: 1 })).toEqual({ success: true });
    expect(await sender.httpSend("bytes", new Uint8Array([7, 8]))).toEqual({ success: true });
    await until("both arrive", () => ear.heard.length === 2);
    expect(ear.heard[0]).toMatchObject({ event: "json/ü", payload: { a: 1 } });
    expect([...new Uint8Array(ear.heard[1]?.payload as ArrayBuffer)]).toEqual([7, 8]);
    const stranger = room.client(await room.member("elsewhere")).channel("room:send", { config: PRIVATE });
    await expect(stranger.httpSend("x", {})).rejects.toThrow(/do not have permissions to write/);
    await expect(sender.httpSend("x", {}, { persist: true })).rejects.toThrow(/realtime\.send/);
    await expect(sender.httpSend("x", { large: "x".repeat(300_000) })).rejects.toThrow(/bytes at most/);
  });

  test("refuses what it does not understand with the place of the fault", async () => {
    const headers = { apikey: SECRET_KEY, "content-type": "application/json" };
    const broken = await post("", headers, "{");
    expect([broken.status, await broken.text()]).toEqual([422, expect.stringContaining("not JSON")]);
    const missing = await post("", headers, batch({ topic: "t", payload: {} }));
    expect([missing.status, await missing.text()]).toEqual([422, expect.stringContaining("messages.0.event")]);
    expect((await post("", headers, "x".repeat(3_100_000))).status).toBe(413);
    expect((await post("", headers, "x".repeat(30_000_000))).status).toBe(413);
    expect((await post("/t/events/%E0%A4%A", headers, "{}")).status).toBe(422);
    expect((await post("/t/events/x", { apikey: SECRET_KEY, "content-type": "text/plain" }, "x")).status).toBe(415);
    expect((await fetch(`${room.url}/realtime/v1/api/broadcast`)).status).toBe(405);
    expect((await fetch(`${room.url}/realtime/v1/nothing`)).status).toBe(404);
    const health = await fetch(`${room.url}/realtime/v1/api/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: "healthy", services: { database: true } }]);
    const preflight = await fetch(`${room.url}/realtime/v1/api/broadcast`, { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-headers")).toContain("apikey");
  });
});

test("postgres_changes is answered with an error that says what to use instead", async () => {
  const client = room.client();
  const system: { status: string; message: string; extension: string }[] = [];
  const statuses: string[] = [];
  client
    .channel("changes")
    .on("postgres_changes", { event: "*", schema: "public", table: "t" }, () => undefined)
    .on("system", {}, (message) => system.push(message))
    .subscribe((status) => statuses.push(status));
  await until("the system message", () => system.length > 0);
  expect(system[0]).toMatchObject({ status: "error", extension: "postgres_changes" });
  expect(system[0]?.message).toContain("realtime.broadcast_changes");
  expect(statuses).toEqual(["SUBSCRIBED"]);
});

test("a project without public channels refuses them", async () => {
  const own = await TestRoom.open({ allowPublic: false });
  try {
    const refused = listen(own.client(), "lobby");
    await until("the refusal", () => refused.errors.length > 0);
    expect(refused.errors[0]).toBe("PrivateOnly: This project only allows private channels");
    const headers = { apikey: SECRET_KEY };
    const body = JSON.stringify({ messages: [{ topic: "lobby", event: "x", payload: {} }] });
    const response = await fetch(`${own.url}/realtime/v1/api/broadcast`, { method: "POST", headers, body });
    expect(response.status).toBe(403);
    await subscribed(own.client(await own.member("in")), "room:in", PRIVATE);
  } finally {
    await own.close();
  }
});
