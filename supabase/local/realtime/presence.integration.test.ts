import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestRoom, until } from "./test-room.ts";

let room: TestRoom;
beforeAll(async () => {
  room = await TestRoom.open();
});
afterAll(() => room.close());

interface Seat {
  channel: ReturnType<SupabaseClient["channel"]>;
  seen: string[];
  keys: () => string[];
}

/** A channel that writes down who joins and leaves. */
async function sit(client: SupabaseClient, topic: string, key: string, isPrivate = true): Promise<Seat> {
  const channel = client.channel(topic, { config: { private: isPrivate, presence: { key } } });
  const seen: string[] = [];
  let isReady = false;
  channel
    .on("presence", { event: "join" }, ({ key: who, newPresences }) => seen.push(`+${who} ${newPresences.length}`))
    .on("presence", { event: "leave" }, ({ key: who, leftPresences }) => seen.push(`-${who} ${leftPresences.length}`))
    .subscribe((status) => (isReady ||= status === "SUBSCRIBED"));
  await until("subscribed", () => isReady);
  return { channel, seen, keys: () => Object.keys(channel.presenceState()).toSorted() };
}

test.each(["1.0.0", "2.0.0"] as const)("people come, change, leave and vanish (%s)", async (vsn) => {
  const topic = `room:p${vsn}`;
  const clients = [];
  for (let i = 0; i < 3; i += 1) clients.push(room.client({ ...(await room.member(`p${vsn}`)), vsn }));
  const [ann, ben, eve] = [
    await sit(clients[0]!, topic, "ann"),
    await sit(clients[1]!, topic, "ben"),
    await sit(clients[2]!, topic, "eve"),
  ];
  expect(await ann.channel.track({ mood: "well" })).toBe("ok");
  await ben.channel.track({ mood: "fine" });
  await eve.channel.track({ mood: "late" });
  const everybody = ["ann", "ben", "eve"];
  await until("all see all", () => [ann, ben, eve].every((seat) => seat.keys().join() === everybody.join()));
  expect(ann.channel.presenceState()["ben"]).toMatchObject([{ mood: "fine", presence_ref: expect.any(String) }]);

  await ben.channel.track({ mood: "tired" });
  await until("ann sees the change", () => {
    const [presence, ...more] = ann.channel.presenceState<{ mood: string }>()["ben"] ?? [];
    return presence?.mood === "tired" && more.length === 0;
  });

  await ben.channel.untrack();
  await until("ben is away", () => ann.keys().join() === "ann,eve");
  await clients[2]!.realtime.disconnect();
  await until("eve has vanished", () => ann.keys().join() === "ann");
  expect(ann.seen.filter((line) => line.includes("eve"))).toEqual(["+eve 1", "-eve 1"]);
});

test("who comes later sees who is there; one key may be there twice", async () => {
  const [first, second, third] = [await room.member("later"), await room.member("later"), await room.member("later")];
  const one = await sit(room.client(first), "room:later", "same");
  const two = await sit(room.client(second), "room:later", "same");
  await one.channel.track({ device: "phone" });
  await two.channel.track({ device: "desk" });
  await until("both are seen", () => one.channel.presenceState()["same"]?.length === 2);
  const late = await sit(room.client(third), "room:later", "constructor");
  await until("the late one sees both", () => late.channel.presenceState()["same"]?.length === 2);
  await late.channel.track({});
  await until("a strange key is a key", () => one.keys().includes("constructor"));
  await two.channel.unsubscribe();
  await until("one is left", () => late.channel.presenceState()["same"]?.length === 1);
});

test("policies decide who sees and who appears", async () => {
  const actor = await sit(room.client(await room.member("stage")), "room:stage", "actor");
  const blind = await sit(room.client(await room.member("stage", { see: false })), "room:stage", "blind");
  const ghost = await sit(room.client(await room.member("stage", { appear: false })), "room:stage", "ghost");
  expect(await actor.channel.track({})).toBe("ok");
  expect(await ghost.channel.track({})).toBe("error");
  await until("the ghost sees the actor", () => ghost.keys().join() === "actor");
  expect(await blind.channel.track({})).toBe("ok");
  await until("the actor sees the blind one", () => actor.keys().join() === "actor,blind");
  expect(blind.keys()).toEqual([]);
});
