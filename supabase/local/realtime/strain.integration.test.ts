import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { listen, PUBLISHABLE_KEY, subscribed, TestRoom, until } from "./test-room.ts";
import type { Listener } from "./test-room.ts";

let room: TestRoom;
beforeAll(async () => {
  room = await TestRoom.open({
    limits: {
      maxMessagesPerSecond: 100,
      maxChannelsPerConnection: 3,
      maxBufferedBytes: 1_000_000,
      maxPayloadBytes: 200_000,
    },
  });
});
afterAll(() => room.close());

const PRIVATE = { private: true };
const JOIN = ["1", "1", "realtime:lobby", "phx_join", { config: {} }];

/** Answers of a raw socket, parsed. */
function answers(socket: WebSocket): unknown[][] {
  const heard: unknown[][] = [];
  socket.on("message", (data, isBinary) => {
    if (!isBinary) heard.push(JSON.parse(String(data)) as unknown[]);
  });
  return heard;
}

async function closing(socket: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(socket, "close")) as [number, Buffer];
  return [code, String(reason)];
}

const header = (kind: number, ...rest: number[]) => Buffer.from([kind, ...rest]);

describe("malformed frames", () => {
  test.each<[string, string | Buffer, number]>([
    ["no JSON", "{", 1007],
    ["no frame", "{}", 1007],
    ["a short array", '["1","1"]', 1007],
    ["a topic that is no text", '["1","1",7,"phx_join",{}]', 1007],
    ["an endless reference", JSON.stringify(["x".repeat(300), "1", "t", "e", {}]), 1007],
    ["an unknown kind of bytes", header(9, 1, 2, 3), 1003],
    ["no bytes", Buffer.alloc(0), 1003],
    ["bytes that end in the header", header(3, 200, 200), 1007],
    ["lengths that lie", header(3, 255, 255, 255, 255, 255, 1, 65), 1007],
    ["names that are no UTF-8", Buffer.from([3, 0, 0, 1, 1, 0, 1, 0xff, 0xff]), 1007],
    ["bytes that say JSON and are not", Buffer.concat([header(3, 0, 0, 1, 1, 0, 1), Buffer.from("te{")]), 1007],
    ["metadata that is not JSON", Buffer.concat([header(3, 0, 0, 1, 1, 1, 0), Buffer.from("te{")]), 1007],
  ])("%s closes this connection only", async (_name, data, code) => {
    const witness = await room.socket();
    const heard = answers(witness);
    const socket = await room.socket();
    const closed = closing(socket);
    socket.send(data);
    expect((await closed)[0]).toBe(code);
    witness.send(JSON.stringify([null, "9", "phoenix", "heartbeat", {}]));
    await until("the heartbeat's answer", () => heard.length === 1);
    expect(heard[0]).toEqual([null, "9", "phoenix", "phx_reply", { status: "ok", response: {} }]);
    witness.close();
  });

  test("bytes in serializer 1.0.0 and an unknown serializer are refused", async () => {
    const socket = await room.socket("1.0.0");
    const closed = closing(socket);
    socket.send(Buffer.from([3, 0, 0, 1, 1, 0, 0]));
    expect((await closed)[0]).toBe(1003);
    const url = `${room.url.replace("http", "ws")}/realtime/v1/websocket?apikey=${PUBLISHABLE_KEY}&vsn=3.0.0`;
    const [error] = (await once(new WebSocket(url), "error")) as [Error];
    expect(error.message).toContain("400");
    const [elsewhere] = (await once(new WebSocket(url.replace("websocket", "elsewhere")), "error")) as [Error];
    expect(elsewhere.message).toContain("404");
  });

  test("a frame that is too large closes with 1009", async () => {
    const socket = await room.socket();
    const closed = closing(socket);
    socket.send(JSON.stringify(["1", "1", "t", "e", "x".repeat(3_100_000)]));
    expect((await closed)[0]).toBe(1009);
  });

  test("a frame that makes sense but asks for nonsense is answered with the reason", async () => {
    const socket = await room.socket();
    const heard = answers(socket);
    const reasons: [frame: unknown[], reason: RegExp][] = [
      [["1", "1", "phoenix", "dance", {}], /unmatched topic/],
      [["1", "2", "nowhere", "phx_join", {}], /unmatched topic/],
      [["1", "3", "realtime:", "phx_join", {}], /TopicNameRequired/],
      [["1", "4", "realtime:x", "broadcast", { event: "e" }], /unmatched topic/],
      [["1", "5", "realtime:x", "phx_join", { config: { presence: 7 } }], /InvalidJoinPayload: config\.presence/],
      [["1", "6", "realtime:x", "phx_join", "hello"], /InvalidJoinPayload/],
      [["7", "7", "realtime:x", "phx_join", { config: null }], /^$/],
      [["7", "8", "realtime:x", "dance", {}], /UnknownEvent: .*dance/],
      [["7", "9", "realtime:x", "broadcast", { payload: {} }], /InvalidBroadcastPayload: event/],
      [["7", "10", "realtime:x", "presence", { event: "track", payload: [] }], /InvalidPresencePayload/],
      [["7", "11", "realtime:x", "presence", { event: "hover" }], /UnknownPresenceEvent/],
      [["7", "12", "realtime:x", "access_token", { access_token: 5 }], /InvalidAccessToken/],
      [["7", "13", "realtime:x", "broadcast", { event: "e", payload: "x".repeat(200_001) }], /PayloadSizeExceeded/],
      [["7", "14", "realtime:x", "presence", { event: "track", payload: { a: "x".repeat(200_001) } }], /PayloadSize/],
    ];
    for (const [frame, reason] of reasons) {
      heard.length = 0;
      socket.send(JSON.stringify(frame));
      await until(`an answer to ${String(frame[1])}`, () => heard.some((answer) => answer[1] === frame[1]));
      const [, , , event, payload] = heard.find((answer) => answer[1] === frame[1]) ?? [];
      expect(event).toBe("phx_reply");
      expect((payload as { response: { reason?: string } }).response.reason ?? "").toMatch(reason);
    }
    socket.close();
  });

  test("a join anew replaces the channel; frames of the old one are ignored", async () => {
    const socket = await room.socket();
    const heard = answers(socket);
    socket.send(JSON.stringify(JOIN));
    socket.send(JSON.stringify(["2", "2", ...JOIN.slice(2)]));
    socket.send(JSON.stringify(["1", "3", "realtime:lobby", "phx_leave", {}]));
    socket.send(JSON.stringify(["2", "4", "realtime:lobby", "phx_leave", {}]));
    socket.send(JSON.stringify(["2", "5", "realtime:lobby", "phx_leave", {}]));
    await until("all answers", () => heard.some((answer) => answer[1] === "5"));
    expect(heard.map(([joinRef, ref, , event]) => [joinRef, ref, event])).toEqual([
      ["1", "1", "phx_reply"],
      ["1", "1", "phx_close"],
      ["2", "2", "phx_reply"],
      ["2", "4", "phx_reply"],
      ["2", "2", "phx_close"],
      ["2", "5", "phx_reply"],
    ]);
    socket.close();
  });
});

describe("limits", () => {
  test("too many channels are refused", async () => {
    const client = room.client(await room.member("many"));
    for (const name of ["a", "b", "c"]) await subscribed(client, name);
    const fourth = listen(client, "d");
    await until("the refusal", () => fourth.errors.length > 0);
    expect(fourth.errors[0]).toBe("ChannelRateLimitReached: Too many channels");
  });

  test("too many messages close the channel with the reason, then the connection", async () => {
    const socket = await room.socket();
    const heard = answers(socket);
    const closed = closing(socket);
    socket.send(JSON.stringify(JOIN));
    await until("it has joined", () => heard.length > 0);
    const message = JSON.stringify(["1", null, "realtime:lobby", "broadcast", { event: "spam", payload: {} }]);
    for (let i = 0; i < 300; i += 1) socket.send(message);
    expect(await closed).toEqual([1008, "Too many messages per second"]);
    expect(heard.slice(-2).map(([, , , event, payload]) => [event, payload])).toEqual([
      ["system", { extension: "system", status: "error", message: "Too many messages per second", channel: "lobby" }],
      ["phx_close", {}],
    ]);
  });

  test("a client that does not read is dropped; the others hear everything", async () => {
    const slow = await room.socket();
    const closed = closing(slow);
    slow.send(JSON.stringify(JOIN));
    await until("it has joined", () => room.realtime.stats().topics > 0);
    const reader = await subscribed(room.client(), "lobby");
    slow.pause();
    const before = room.logged.length;
    const filler = "x".repeat(150_000);
    for (let i = 0; i < 200; i += 1) {
      await room.postgres.query("select realtime.send($1, 'fill', 'lobby', false)", [{ i, filler }]);
    }
    await until("the reader has all", () => reader.heard.length === 200);
    const dropped = () => room.logged.slice(before).some((line) => line.message?.includes("too slow") ?? false);
    await until("the slow one is dropped", dropped);
    slow.resume();
    expect((await closed)[0]).toBe(1006);
    expect(reader.statuses).toEqual(["SUBSCRIBED"]);
  });
});

test("a client that says nothing is dropped, one with heartbeats stays", async () => {
  const own = await TestRoom.open({ limits: { heartbeatTimeoutMs: 1_000 } });
  try {
    const silent = await own.socket();
    const alive = await own.socket();
    const heard = answers(alive);
    const beat = setInterval(() => alive.send(JSON.stringify([null, "1", "phoenix", "heartbeat", {}])), 100);
    expect((await closing(silent))[0]).toBe(1006);
    clearInterval(beat);
    expect(alive.readyState).toBe(WebSocket.OPEN);
    expect(heard.length).toBeGreaterThan(2);
  } finally {
    await own.close();
  }
});

test("a connection that is cut comes back by itself and listens again", async () => {
  const client = room.client({ ...(await room.member("back")), reconnectMs: 10 });
  const ear = await subscribed(client, "room:back", PRIVATE);
  const socket = await room.socket();
  socket.close();
  // What a network does: the socket is gone, nobody said goodbye.
  room.cutSockets();
  await until("it is subscribed again", () => ear.statuses.filter((status) => status === "SUBSCRIBED").length === 2);
  await room.postgres.query("select realtime.send('{}', 'hello', 'room:back')");
  await until("it hears", () => ear.heard.length === 1);
});

test("500 clients on one topic all hear all of 20 broadcasts, in order", { timeout: 60_000 }, async () => {
  // Each is a person of their own, so the policies are asked 500 times.
  const people = await Promise.all(Array.from({ length: 500 }, () => room.member("crowd")));
  const crowd: Listener[] = [];
  for (let i = 0; i < 500; i += 1) {
    const vsn = i % 5 === 0 ? "1.0.0" : "2.0.0";
    crowd.push(listen(room.client({ ...people[i], vsn }), "room:crowd", PRIVATE));
  }
  await until("all are subscribed", () => crowd.every(({ statuses }) => statuses.includes("SUBSCRIBED")), 40_000);
  expect(room.realtime.stats().connections).toBeGreaterThanOrEqual(500);
  const speaker = await subscribed(room.client(await room.member("crowd")), "room:crowd", PRIVATE);
  const started = performance.now();
  for (let n = 0; n < 20; n += 1) await speaker.channel.send({ type: "broadcast", event: "n", payload: { n } });
  await until("all have all", () => crowd.every(({ heard }) => heard.length === 20), 20_000);
  const took = performance.now() - started;
  const wanted = Array.from({ length: 20 }, (_, n) => ({ n }));
  for (const { heard } of crowd) expect(heard.map(({ payload }) => payload)).toEqual(wanted);
  // 10,000 deliveries, and the same process parses them all.
  expect(took).toBeLessThan(10_000);
});
