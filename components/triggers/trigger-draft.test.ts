import { expect, test } from "vitest";
import { triggerSchema, type Trigger } from "../../contracts/api/trigger.ts";
import { changedConfig, draftOf } from "./trigger-draft.ts";

const base = {
  id: "01a1fcd3-aed8-77a9-96ad-65821c94c882",
  workflowId: "01a1fcd3-aed8-77a9-96ad-65821c94c883",
  name: "Orders",
  enabled: true,
  version: null,
  url: null,
  tokenHint: null,
  oldSecretUntil: null,
  nextFireAt: null,
  lastFiredAt: null,
  refusedCount: 0,
  lastRefusal: null,
  lastRefusedAt: null,
  createdBy: null,
  createdAt: "2026-11-21T07:00:00Z",
  updatedAt: "2026-11-21T07:00:00Z",
};
const triggers: Trigger[] = [
  {
    ...base,
    kind: "webhook",
    config: {
      signature: "github",
      respond: "sync",
      timeoutSeconds: 9,
      eventId: "{{ body.id }}",
      headers: ["x-a"],
      input: "{{ body }}",
    },
  },
  {
    ...base,
    kind: "schedule",
    config: {
      cron: "0 8 * * 1-5",
      timeZone: "Europe/Berlin",
      catchUp: "all",
      catchUpMost: 3,
      input: { on: "{{ schedule.fireAt }}" },
    },
  },
  {
    ...base,
    kind: "event",
    config: { event: "invoice.paid", filter: "{{ event.payload.n > 1 }}", input: null, includeKept: true },
  },
  { ...base, kind: "form", config: { title: "Ask", description: "Why", thanks: null } },
];

test.each(triggers)("a $kind trigger that is saved as it was read stays what it is", (trigger) => {
  const { config, fault } = changedConfig(trigger, draftOf(trigger));
  expect(fault).toBeNull();
  expect(triggerSchema.parse({ ...trigger, config }).config).toEqual(trigger.config);
});

test("an input that is cleared is no mapping any more", () => {
  const changed = triggers.slice(0, 2).map((trigger) => changedConfig(trigger, { ...draftOf(trigger), input: " " }));
  expect(changed.map(({ config }) => config)).toMatchObject([{ input: null, headers: ["x-a"] }, { input: {} }]);
});

test("an input that is neither JSON nor an expression is told, not sent", () => {
  const [webhook] = triggers;
  expect(webhook && changedConfig(webhook, { ...draftOf(webhook), input: "{ no" }).fault).toContain("not JSON");
});
