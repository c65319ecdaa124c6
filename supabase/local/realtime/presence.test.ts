import { expect, test } from "vitest";
import { PresenceRoll } from "./presence.ts";
import type { PresenceDiff } from "./presence.ts";

function roll() {
  const told: PresenceDiff[] = [];
  return { told, roll: new PresenceRoll((diff) => told.push(diff)) };
}

test("changes of one moment are told together", async () => {
  const { told, roll: presence } = roll();
  const members = Array.from({ length: 500 }, () => ({}));
  for (const [index, member] of members.entries()) presence.track(member, `k${String(index)}`, {});
  await expect.poll(() => told.length).toBe(1);
  for (const member of members) presence.remove(member);
  await expect.poll(() => told.length).toBe(2);
  expect([Object.keys(told[0]!.joins).length, Object.keys(told[1]!.leaves).length]).toEqual([500, 500]);
  presence.close();
});

test("a change is a leave of the old and a join of the new; a payload cannot forge the reference", () => {
  const { told, roll: presence } = roll();
  const member = {};
  presence.track(member, "me", { mood: "well", phx_ref: "forged" });
  const [first] = presence.state()["me"]!.metas;
  presence.track(member, "me", { mood: "tired" });
  const [second, ...more] = presence.state()["me"]!.metas;
  expect(first).toMatchObject({ mood: "well", phx_ref: expect.not.stringMatching("forged") });
  expect([second!["mood"], second!["phx_ref_prev"], more]).toEqual(["tired", first!.phx_ref, []]);
  expect(told[1]).toMatchObject({ joins: { me: { metas: [second] } }, leaves: { me: { metas: [first] } } });
});

test("who came and went before anybody heard of it is not mentioned", () => {
  const { told, roll: presence } = roll();
  const member = {};
  presence.track(member, "ghost", {});
  presence.remove(member);
  presence.remove(member);
  expect(presence.state()).toEqual({});
  expect(told).toEqual([]);
});
