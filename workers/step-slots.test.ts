import { expect, test, vi } from "vitest";
import type { SlotRule, Slots, StepLimits } from "../engine/ports/slots.ts";
import { createStepSlots } from "./step-slots.ts";

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const unbounded: StepLimits = { steps: null, workflows: {}, agents: {}, providers: {} };

function setUp(limits: Partial<StepLimits>, { deaf = false, askAgainMs = 60_000 } = {}) {
  const held = new Map<string, Set<string>>();
  const waiting = new Set<string>();
  const asked: (readonly SlotRule[])[] = [];
  const holders = (rule: SlotRule): Set<string> => {
    const key = `${rule.kind}:${rule.name}`;
    const known = held.get(key) ?? new Set();
    held.set(key, known);
    return known;
  };
  const slots: Slots = {
    async take(_orgId, rules, holder, ticket) {
      asked.push(rules);
      if (ticket !== undefined) waiting.delete(ticket);
      const full = rules.find((rule) => !holders(rule).has(holder) && holders(rule).size >= rule.max);
      if (full !== undefined && ticket !== undefined) waiting.add(ticket);
      if (full === undefined) for (const rule of rules) holders(rule).add(holder);
      return full ?? null;
    },
    async release(_orgId, rules, holder) {
      for (const rule of rules) holders(rule).delete(holder);
      return [...waiting].splice(0, 1);
    },
  };
  const reads = { count: 0 };
  const called: string[] = [];
  const told: string[] = [];
  const listeners: ((ticket: string) => void)[] = [];
  const room = {
    tell(ticket: string) {
      told.push(ticket);
      if (!deaf) for (const listener of listeners) listener(ticket);
    },
    hear: (listener: (ticket: string) => void) => void listeners.push(listener),
  };
  const stepSlots = createStepSlots({
    slots,
    room,
    askAgainMs,
    limits: async () => {
      reads.count += 1;
      return { ...unbounded, ...limits };
    },
    call: async (ticket) => void called.push(ticket),
    log,
  });
  const step = (holder: string, agent: string | null = null) => ({
    orgId: "org",
    workflowId: "w",
    agent: agent === null ? null : { id: agent, version: null },
    holder,
    ticket: `ticket of ${holder}`,
  });
  return { stepSlots, called, told, asked, reads, step };
}

test("an organisation without limits asks nobody for room, and its limits are read once in a while", async () => {
  const { stepSlots, asked, reads, step } = setUp({});
  for (const holder of ["a", "b", "c"]) await (await stepSlots.enter(step(holder)))?.();
  expect(asked).toEqual([]);
  expect(reads.count).toBe(1);
});

test("a step counts for its organisation, its workflow and its agent, and gives all of it back", async () => {
  const { stepSlots, called, asked, step } = setUp({ steps: 5, workflows: { w: 2, other: 1 }, agents: { a: 1 } });
  const leave = await stepSlots.enter(step("one", "a"));
  expect(asked[0]).toEqual([
    { kind: "organization", name: "", max: 5 },
    { kind: "workflow", name: "w", max: 2 },
    { kind: "agent", name: "a", max: 1 },
  ]);
  expect(await stepSlots.enter(step("two", "a"))).toBe(null);
  const other = await stepSlots.enter(step("three"));
  expect(other).not.toBe(null);
  expect(called).toEqual([]);
  await leave?.();
  expect(called).toEqual(["ticket of two"]);
  const next = await stepSlots.enter(step("two", "a"));
  expect(next).not.toBe(null);
  await Promise.all([other?.(), next?.()]);
});

test("a call that waits for its provider is called when there is room, long before it would ask again", async () => {
  const { stepSlots, asked, told, called } = setUp({ providers: { Own: 1 } });
  const { signal } = new AbortController();
  const leave = await stepSlots.provider("org", "Own", "one", signal);
  const second = stepSlots.provider("org", "Own", "two", signal);
  const third = stepSlots.provider("org", "Own", "three", signal);
  await vi.waitFor(() => expect(asked).toHaveLength(3));
  await leave();
  await (
    await second
  )();
  await (
    await third
  )();
  expect(told).toEqual(["two", "three"]);
  expect(asked).toHaveLength(5);
  // Tickets of steps are for the queue.
  expect(called).toEqual([]);
});

test("a call that was called in vain finds the room by itself", async () => {
  const { stepSlots, asked, told } = setUp({ providers: { Own: 1 } }, { deaf: true, askAgainMs: 5 });
  const { signal } = new AbortController();
  const leave = await stepSlots.provider("org", "Own", "one", signal);
  const second = stepSlots.provider("org", "Own", "two", signal);
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1));
  await leave();
  expect(told).toEqual(["two"]);
  await (
    await second
  )();
});

test("a call waits for its provider, and stops waiting when nobody wants it any more", async () => {
  const { stepSlots } = setUp({ providers: { Own: 1 } });
  const signal = new AbortController().signal;
  const leave = await stepSlots.provider("org", "Own", "one", signal);
  const waiting = stepSlots.provider("org", "Own", "two", signal);
  const abort = new AbortController();
  const unwanted = stepSlots.provider("org", "Own", "three", abort.signal);
  abort.abort();
  await expect(unwanted).rejects.toThrow("aborted");
  await leave();
  await (
    await waiting
  )();
  // Providers without a limit, and the deployment's own, are not waited for.
  await (
    await stepSlots.provider("org", "Other", "four", signal)
  )();
  await (
    await stepSlots.provider("org", null, "five", signal)
  )();
});
