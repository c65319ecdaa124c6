import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, SECRET_KEY, subscribed, TestRoom, tokenOf, until } from "./test-room.ts";

let room: TestRoom;
beforeAll(async () => {
  room = await TestRoom.open();
});
afterAll(() => room.close());

const PRIVATE = { private: true };

describe("joining a private channel", () => {
  test("is for those whom the SELECT policy lets in", async () => {
    await subscribed(room.client(await room.member("club")), "room:club", PRIVATE);
    const reason = "Unauthorized: You do not have permissions to read from this Channel topic: room:club";
    const stranger = listen(room.client(await room.member("elsewhere")), "room:club", PRIVATE);
    const anonymous = listen(room.client(), "room:club", PRIVATE);
    await until("both are refused", () => stranger.errors.length > 0 && anonymous.errors.length > 0);
    expect([stranger.errors[0], anonymous.errors[0]]).toEqual([reason, reason]);
    expect(stranger.statuses).not.toContain("SUBSCRIBED");
  });

  test("is open to the secret key, which has service_role", async () => {
    await room.postgres.query("grant select, insert on realtime.messages to service_role");
    const server = await subscribed(room.client({ key: SECRET_KEY }), "room:anything", {
      ...PRIVATE,
      broadcast: { ack: true },
    });
    expect(await server.channel.send({ type: "broadcast", event: "x", payload: {} })).toBe("ok");
  });

  test("leaves nothing behind in realtime.messages", async () => {
    const before = await room.postgres.query("select count(*)::int as n from realtime.messages");
    const speaker = await subscribed(room.client(await room.member("clean")), "room:clean", {
      ...PRIVATE,
      broadcast: { ack: true },
    });
    await speaker.channel.send({ type: "broadcast", event: "x", payload: {} });
    expect(await room.postgres.query("select count(*)::int as n from realtime.messages")).toEqual(before);
  });

  test.each([
    ["expired", () => tokenOf(randomUUID(), -10), /^InvalidJWTToken: Token has expired 1\d seconds ago$/],
    ["forged", () => tokenOf(randomUUID(), 60, "another-secret-of-thirty-two-chars!!"), /^JwtSignatureError: /],
    ["malformed", () => Promise.resolve("not.a.token"), /^MalformedJWT: /],
  ])("says what is wrong with an %s token", async (_name, token, reason) => {
    const refused = listen(room.client({ token: await token() }), "room:club", PRIVATE);
    await until("the refusal", () => refused.errors.length > 0);
    expect(refused.errors[0]).toMatch(reason);
  });

  test("a policy that fails refuses and is logged", async () => {
    await room.postgres.query(
      `create policy broken on realtime.messages for select to authenticated
       using (case when realtime.topic() = 'broken' then 1 / (length(topic) - 6) = 1 else false end)`,
    );
    const refused = listen(room.client(await room.member("club")), "broken", PRIVATE);
    await until("the refusal", () => refused.errors.length > 0);
    await room.postgres.query("drop policy broken on realtime.messages");
    expect(refused.errors[0]).toMatch(/^Unauthorized: /);
    expect(room.logged.some((line) => line.message === "realtime policy failed")).toBe(true);
  });

  test("a connection needs a known key", async () => {
    const open = (apikey: string) =>
      fetch(`${room.url}/realtime/v1/websocket?apikey=${apikey}&vsn=2.0.0`, {
        headers: { connection: "upgrade", upgrade: "websocket" },
      });
    // fetch cannot upgrade; the refusal comes before it would have to.
    const listener = listen(room.client({ key: "sb_publishable_guess" }), "lobby");
    await until("the connection fails", () => listener.statuses.includes("CHANNEL_ERROR"));
    expect(listener.statuses).not.toContain("SUBSCRIBED");
    await expect(open("sb_publishable_guess")).rejects.toThrow();
  });
});

describe("access tokens", () => {
  test("one that ends closes the channel and says so", async () => {
    const { id } = await room.member("short");
    const listener = await subscribed(room.client({ token: await tokenOf(id, 2) }), "room:short", PRIVATE);
    await until("the channel closes", () => listener.statuses.includes("CLOSED"));
    expect(listener.system).toEqual([
      {
        extension: "system",
        status: "error",
        message: expect.stringMatching(/^Token has expired \d seconds ago$/),
        channel: "room:short",
      },
    ]);
    expect(room.realtime.stats().topics).toBeGreaterThanOrEqual(0);
  });

  test("one that is renewed in time keeps it open", async () => {
    const { id, token } = await room.member("renew");
    const client = room.client({ token: await tokenOf(id, 2) });
    const listener = await subscribed(client, "room:renew", PRIVATE);
    await room.renew(client, await tokenOf(id, 3600));
    const witness = await subscribed(room.client({ token: await tokenOf(id, 2) }), "room:renew", PRIVATE);
    await until("the witness, whose token was not renewed, is closed", () => witness.statuses.includes("CLOSED"));
    const speaker = await subscribed(room.client({ token }), "room:renew", PRIVATE);
    await speaker.channel.send({ type: "broadcast", event: "still", payload: {} });
    await until("the renewed one hears", () => listener.heard.length === 1);
    expect(listener.statuses).toEqual(["SUBSCRIBED"]);
  });

  test("a refresh asks again: reading may end", async () => {
    const { id } = await room.member("fired");
    const client = room.client({ token: await tokenOf(id) });
    const listener = await subscribed(client, "room:fired", PRIVATE);
    await room.postgres.query("delete from room_members where user_id = $1", [id]);
    await room.renew(client, await tokenOf(id));
    await until("the channel closes", () => listener.statuses.includes("CLOSED"));
    expect(listener.system[0]?.message).toBe("You do not have permissions to read from this Channel topic: room:fired");
  });

  test("a refresh asks again: writing may end while reading goes on", async () => {
    const { id } = await room.member("muted");
    const client = room.client({ token: await tokenOf(id) });
    const config = { ...PRIVATE, broadcast: { ack: true }, presence: { key: "me", enabled: true } };
    const listener = await subscribed(client, "room:muted", config);
    const other = await subscribed(room.client(await room.member("muted")), "room:muted", config);
    expect(await listener.channel.send({ type: "broadcast", event: "before", payload: {} })).toBe("ok");
    await listener.channel.track({ here: true });
    await until("the other sees", () => Object.keys(other.channel.presenceState()).length === 1);
    await room.postgres.query("update room_members set speak = false, appear = false where user_id = $1", [id]);
    // The answer of a policy holds until the token changes.
    expect(await listener.channel.send({ type: "broadcast", event: "cached", payload: {} })).toBe("ok");
    await room.renew(client, await tokenOf(id));
    expect(await listener.channel.send({ type: "broadcast", event: "after", payload: {} })).toBe("error");
    await until("the other sees nobody", () => Object.keys(other.channel.presenceState()).length === 0);
    await other.channel.send({ type: "broadcast", event: "hello", payload: {} });
    await until("still hears", () => listener.heard.length === 1);
  });

  test("a refresh with a bad token closes", async () => {
    const { id } = await room.member("bad");
    const client = room.client({ token: await tokenOf(id) });
    const listener = await subscribed(client, "room:bad", PRIVATE);
    await room.renew(client, await tokenOf(id, 60, "another-secret-of-thirty-two-chars!!"));
    await until("the channel closes", () => listener.statuses.includes("CLOSED"));
    expect(listener.system[0]?.message).toBe("Failed to validate JWT signature");
  });
});
