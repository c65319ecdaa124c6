// Schedules and forms on the real stack, and who may have which trigger.
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { until } from "../http/test-api.ts";
import { ended, useTriggers } from "./test-triggers.ts";

const stage = useTriggers();

describe("who may", () => {
  test("builders make triggers, others do not, and a foreign organisation sees none", async () => {
    const body = { kind: "webhook", name: "x" };
    for (const role of ["operator", "approver", "viewer"] as const) {
      expect((await stage.make(body, stage.api.home.keys[role])).status, role).toBe(403);
    }
    const one = (await stage.make(body, stage.api.home.keys.builder)).json.trigger;
    const foreign = { as: stage.api.foreign.keys.owner };
    expect((await stage.make(body, foreign.as)).status).toBe(404);
    for (const [method, path, body] of [
      ["GET", `/workflows/${stage.workflow}/triggers`],
      ["GET", `/triggers/${one.id}`],
      ["PATCH", `/triggers/${one.id}`, { enabled: false }],
      ["DELETE", `/triggers/${one.id}`],
      ["POST", `/triggers/${one.id}/rotate`, { what: "address" }],
      ["GET", `/triggers/${one.id}/deliveries`],
      ["POST", `/triggers/${one.id}/deliveries/${randomUUID()}/redeliver`],
    ] as const) {
      expect((await stage.api.call(method, path, { ...foreign, body })).status, `${method} ${path}`).toBe(404);
    }
    expect((await stage.api.call("GET", "/triggers", foreign)).json.items).toEqual([]);
    expect((await stage.api.call("GET", `/triggers/${one.id}`, { as: stage.api.home.keys.viewer })).status).toBe(200);
  });

  test("what cannot work is refused with its field", async () => {
    const path = async (body: object): Promise<string> => {
      const { status, json } = await stage.make(body);
      expect(status).toBe(422);
      return json.errors[0].path;
    };
    const base = { kind: "webhook", name: "x" };
    expect(await path({ ...base, config: { input: { a: "{{ input.n }}" } } })).toBe("/config/input/a");
    expect(await path({ ...base, config: { input: "{{ body." } })).toBe("/config/input");
    expect(await path({ ...base, config: { eventId: "body.id" } })).toBe("/config/eventId");
    expect(await path({ ...base, config: { headers: ["authorization"] } })).toBe("/config/headers/0");
    expect(await path({ ...base, version: 9 })).toBe("/version");
    expect(await path({ ...base, orgId: stage.api.foreign.id })).toBe("/orgId");
    const schedule = { kind: "schedule", name: "x" };
    expect(await path({ ...schedule, config: { cron: "* * * * * *" } })).toBe("/config/cron");
    expect(await path({ ...schedule, config: { cron: "0 0 31 2 *" } })).toBe("/config/cron");
    expect(await path({ ...schedule, config: { cron: "0 9 * * *", timeZone: "Mars" } })).toBe("/config/timeZone");
  });
});

describe("a schedule", () => {
  const config = { cron: "0 9 * * MON-FRI", timeZone: "Europe/Berlin", input: { n: 5 } };

  async function schedule(more: object = {}): Promise<{ id: string; nextFireAt: string | null }> {
    const { status, json, text } = await stage.make({
      kind: "schedule",
      name: "Mornings",
      config: { ...config, ...more },
    });
    expect(status, text).toBe(201);
    return json.trigger;
  }

  const hourMs = 3_600_000;
  /** Once a day at this moment: while the test runs no second one comes, whatever the clock says. */
  const daily = (moment: Date): object => ({
    cron: `${moment.getUTCMinutes()} ${moment.getUTCHours()} * * *`,
    timeZone: "UTC",
  });
  const minute = (agoMs: number): Date => new Date(Math.floor((Date.now() - agoMs) / 60_000) * 60_000);

  /** Moves the moment it waits for, as time would. */
  async function dueSince(id: string, moment: Date): Promise<void> {
    await stage.api.pool.query("update triggers set next_fire_at = $2 where id = $1", [id, moment]);
  }

  test("knows when it fires next, in its time zone, and shows it before it is made", async () => {
    const preview = await stage.api.call("POST", "/schedules/preview", {
      as: stage.owner(),
      body: { ...config, input: undefined },
    });
    expect(preview.json.times).toHaveLength(5);
    const one = await schedule();
    expect(Date.parse(one.nextFireAt!)).toBe(Date.parse(preview.json.times[0]));
    const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", timeZone: "Europe/Berlin" });
    expect(hour.format(Date.parse(one.nextFireAt!))).toBe("09");
  });

  test("fires once for its moment, and its run is the schedule's", async () => {
    const moment = minute(0);
    const one = await schedule({
      ...daily(moment),
      catchUp: "latest",
      input: { n: "{{ schedule.fireAt.length }}" },
    });
    await dueSince(one.id, moment);
    const runs = await until("the run's end", () => stage.runsOf(one.id), ended);
    expect(runs).toHaveLength(1);
    expect(runs).toMatchObject([{ input: { n: 24 }, output: 25 }]);
    const run = await stage.api.call("GET", `/runs/${runs[0]!.id}/events?limit=1`, { as: stage.owner() });
    expect(run.json.events[0]).toMatchObject({
      trigger: "schedule",
      by: { kind: "system", label: "Schedule “Mornings”" },
    });
    // Set back by hand it is due again for a moment that had its run.
    await dueSince(one.id, moment);
    await until(
      "the next moment",
      () => stage.api.call("GET", `/triggers/${one.id}`, { as: stage.owner() }),
      ({ json }) => Date.parse(json.nextFireAt) > moment.getTime(),
    );
    expect(await stage.runsOf(one.id)).toHaveLength(1);
  });

  test("after a silence it catches up as it was told, and says what it left out", async () => {
    const anHourAgo = daily(minute(hourMs));
    const all = await schedule({ ...anHourAgo, catchUp: "all", catchUpMost: 3 });
    const latest = await schedule({ ...anHourAgo, catchUp: "latest" });
    const skip = await schedule({ ...anHourAgo, catchUp: "skip" });
    for (const one of [all, latest, skip]) await dueSince(one.id, minute(12 * 24 * hourMs + hourMs));
    await until(
      "all of them",
      () => stage.runsOf(all.id),
      (runs) => runs.length >= 3 && ended(runs),
    );
    await until("the latest", () => stage.runsOf(latest.id), ended);
    const left = await until(
      "what was skipped",
      () => stage.api.call("GET", `/triggers/${skip.id}/deliveries?status=skipped`, { as: stage.owner() }),
      ({ json }) => json.items.length === 1,
    );
    expect(left.json.items[0].payload.count).toBe(13);
    expect(await stage.runsOf(all.id)).toHaveLength(3);
    expect(await stage.runsOf(latest.id)).toHaveLength(1);
    const refused = await stage.api.call("POST", `/triggers/${skip.id}/deliveries/${left.json.items[0].id}/redeliver`, {
      as: stage.owner(),
    });
    expect(refused.status).toBe(409);
  });

  test("paused it does not fire, and resumed it waits for its next moment", async () => {
    const one = await schedule();
    const paused = await stage.api.call("PATCH", `/triggers/${one.id}`, {
      as: stage.owner(),
      body: { enabled: false },
    });
    expect(paused.json.nextFireAt).toBeNull();
    const resumed = await stage.api.call("PATCH", `/triggers/${one.id}`, {
      as: stage.owner(),
      body: { enabled: true },
    });
    expect(Date.parse(resumed.json.nextFireAt)).toBeGreaterThan(Date.now());
  });

  test("one whose input does not fit is refused where it can be seen, and the others fire", async () => {
    const wrong = await schedule({ cron: "* * * * *", input: { n: "many" } });
    const right = await schedule({ cron: "* * * * *" });
    for (const one of [wrong, right]) await dueSince(one.id, minute(0));
    await until("the right one", () => stage.runsOf(right.id), ended);
    const refused = await until(
      "the refusal",
      () => stage.api.call("GET", `/triggers/${wrong.id}/deliveries`, { as: stage.owner() }),
      ({ json }) => json.items[0]?.status === "refused",
    );
    expect(refused.json.items[0]).toMatchObject({ runId: null, error: { code: "INPUT_INVALID" } });
  });
});

describe("a form", () => {
  async function form(more: object = {}): Promise<{ id: string; url: string | null; path: string }> {
    const { status, json, text } = await stage.make({
      kind: "form",
      name: "Ask us",
      config: { thanks: "Thank you" },
      ...more,
    });
    expect(status, text).toBe(201);
    return { ...json.trigger, path: `/forms/${json.trigger.url.split("/").at(-1)}` };
  }

  test("is closed until somebody opens it, and then asks for the workflow's input", async () => {
    const one = await form();
    expect(one.url).toMatch(/\/f\/bt_/);
    expect((await stage.api.call("GET", one.path)).status).toBe(404);
    expect((await stage.api.call("POST", `${one.path}/submissions`, { body: { input: { n: 1 } } })).status).toBe(404);
    await stage.api.call("PATCH", `/triggers/${one.id}`, { as: stage.owner(), body: { enabled: true } });
    const shown = await stage.api.call("GET", one.path);
    expect(shown.json).toMatchObject({ title: "Adds one", schema: { required: ["n"] } });
    expect(Object.keys(shown.json)).toEqual(["title", "description", "schema"]);
  });

  test("a submission starts one run, however often it is sent, and its reference is the run", async () => {
    const one = await form({ enabled: true });
    const body = { input: { n: 8 }, submissionId: randomUUID() };
    const send = () => stage.api.call("POST", `${one.path}/submissions`, { body });
    const [first, second] = [await send(), await send()];
    expect(first).toMatchObject({ status: 202, json: { thanks: "Thank you" } });
    expect(second.json).toEqual(first.json);
    const runs = await until("the run's end", () => stage.runsOf(one.id), ended);
    expect(runs).toMatchObject([{ id: first.json.reference, output: 9 }]);
  });

  test("what does not fit is told with its field, and who sends too much is told to wait", async () => {
    const one = await form({ enabled: true });
    const send = (n: unknown) => stage.api.call("POST", `${one.path}/submissions`, { body: { input: { n } } });
    expect(await send("x")).toMatchObject({ status: 422, json: { errors: [{ path: "/input/n" }] } });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => send(n)));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(5);
    expect(limited[0]!.headers.get("retry-after")).toMatch(/^\d+$/);
  });
});
