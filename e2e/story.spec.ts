import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import type { RunEvent } from "../engine/run/event.ts";
import { baton, CommandLine } from "./fixtures/command-line.ts";
import { completedTwice, isUnbroken, mostAtOnce, workTimes } from "./fixtures/journal-facts.ts";
import { healthy, killAndAwaitSuccessor, pressCtrlC, startAgain } from "./fixtures/stack.ts";
import { expect, test } from "./fixtures/test.ts";
import { live } from "./fixtures/watch-page.ts";
import { standing } from "./fixtures/workflow-files.ts";
import { until } from "./stage/until.ts";

const root = resolve(import.meta.dirname, "..");
const specialists = ["technical", "security", "pricing", "delivery"];

let folder = "";
let input = "";

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "baton-story-"));
  // A real solicitation where this machine has one beside the project, else ours.
  const real = resolve(root, "../shared/data/rfq-tdrs.md");
  input = join(folder, "rfp.json");
  const sample = readFileSync(join(root, "templates/samples/rfp-response.json"), "utf8");
  const given: unknown = JSON.parse(sample);
  const solicitation = existsSync(real) ? { solicitation: readFileSync(real, "utf8") } : {};
  writeFileSync(input, JSON.stringify(Object.assign({}, given, solicitation)));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a newcomer's first run: watched in the terminal and in the browser, decided by a command", async ({
  api,
  owner,
}) => {
  test.setTimeout(240_000);
  const watching = runTemplate();
  const runId = await idOf(watching);

  // The demo model is quicker than a person who opens a page: the run is paused until the page stands.
  await api.send("POST", `/runs/${runId}/pause`, {});
  const told = announcementsOn(owner);
  await owner.goto(`/runs/${runId}`);
  await expect(owner.locator("[data-run-status=paused]")).toBeVisible();
  await live(owner);
  const before = await stepsDone(owner);
  await owner.getByRole("button", { name: "Resume" }).click();

  const { id: approvalId } = await api.approvalOf(runId);
  await expect(owner.getByText("waits for a decision")).toBeVisible();
  await expect.poll(() => stepsDone(owner)).toBeGreaterThan(before);
  expect(told.count, "steps were told by Realtime").toBeGreaterThan(2);
  await expect.poll(() => watching.out).toContain(`approve ${approvalId}`);

  const decided = await baton("approve", approvalId, "--comment", "Read and agreed");
  expect(decided, decided.err).toMatchObject({ status: 0 });
  const ended = await watching.ended;
  expect(ended.status, ended.err).toBe(0);
  expect(ended.out).toContain("# Response");
  expect(ended.out).toContain("demo model");

  await expect(owner.locator("[data-run-status=completed]")).toBeVisible();
  await owner.getByRole("tab", { name: "Result" }).click();
  await expect(owner.getByRole("heading", { name: "Compliance matrix" }).first()).toBeVisible();
  await expect(owner.getByText("demo model").first()).toBeVisible();

  proveTheWork(await api.journal(runId));
});

test("kill -9 of the worker in mid-run: the run goes on where it was", async ({ api, owner }) => {
  test.setTimeout(240_000);
  const watching = runTemplate();
  const runId = await idOf(watching);
  await owner.goto(`/runs/${runId}`);

  const atDeath = await until("the loop is under way", async () => {
    const events = await api.journal(runId);
    return events.some((event) => event.type === "step-completed" && event.step.startsWith("answers.")) && events;
  });
  await killAndAwaitSuccessor("workers/main.ts");

  const { id } = await api.approvalOf(runId);
  await api.decide(id, "approve");
  await api.runIn(runId, "completed");
  const events = await api.journal(runId);
  expect(events.slice(0, atDeath.length)).toEqual(atDeath);
  expect(completedTwice(events), "a journalled step never runs again").toEqual([]);
  expect(isUnbroken(events)).toBe(true);
  expect((await watching.ended).status).toBe(0);
  await expect(owner.locator("[data-run-status=completed]")).toBeVisible();
});

test("Ctrl-C in mid-run and npm start again: the run goes on where it was", async ({ api, gate, owner, expected }) => {
  test.setTimeout(240_000);
  // While the stack is away the page's own requests fail, and the browser says so in its console.
  expected.push(/Failed to load resource|WebSocket connection/);
  const workflow = await api.importWorkflow(standing("Interrupted", gate.url()));
  const runId = await api.start(workflow);
  await gate.reached();
  const atStop = await api.journal(runId);
  await owner.goto(`/runs/${runId}`);
  await live(owner);

  expect(await pressCtrlC()).toContain("Stopped.");
  await expect(owner.getByText("Reconnecting").first()).toBeVisible();
  await startAgain();
  await healthy();
  await gate.reached(2);
  await gate.open();

  await api.runIn(runId, "completed");
  const events = await api.journal(runId);
  expect(events.slice(0, atStop.length)).toEqual(atStop);
  expect(completedTwice(events)).toEqual([]);
  expect(isUnbroken(events)).toBe(true);
  // The same page, never reloaded, is whole again.
  await expect(owner.locator("[data-run-status=completed]")).toBeVisible({ timeout: 45_000 });
  await expect(owner.getByRole("tab", { name: new RegExp(`^Journal\\s*${events.length}$`) })).toBeVisible();
});

function runTemplate(): CommandLine {
  return new CommandLine(["run", "templates/rfp-response.json", "--input", `@${input}`, "--watch"]);
}

async function idOf(command: CommandLine): Promise<string> {
  return until("the command names its run", () => /Run ([0-9a-f-]{36})/.exec(command.err + command.out)?.[1]);
}

/** Counts the batches of events that reach the page by its socket. */
function announcementsOn(page: Page): { count: number } {
  const told = { count: 0 };
  page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => {
      const text = String(payload);
      if (text.includes("broadcast") && text.includes("step-completed")) told.count += 1;
    }),
  );
  return told;
}

async function stepsDone(page: Page): Promise<number> {
  const words = await page.locator("[data-run-status] div").filter({ hasText: "Steps done" }).locator("dd").innerText();
  return Number(words);
}

/** What the story promises, read from the journal: the team at once, the branch taken, the loop a few at a time. */
function proveTheWork(events: RunEvent[]): void {
  const times = workTimes(events);
  const four = specialists.map((step) => times.get(step));
  for (const time of four) expect(time).toBeDefined();
  const analyst = times.get("analyst");
  expect(Math.min(...four.map((time) => time!.from))).toBeGreaterThanOrEqual(analyst!.to);
  expect(mostAtOnce(four.map((time) => time!)), "four specialists at work at once").toBe(4);

  const bid = events.find((event) => event.type === "step-completed" && event.step === "bid");
  expect(bid).toMatchObject({ ports: ["true"] });
  const answers = [...times].filter(([step]) => /^answers\.\d+\.answer$/.test(step)).map(([, time]) => time);
  expect(answers.length).toBeGreaterThan(8);
  expect(mostAtOnce(answers), "no more than four answers at a time").toBeLessThanOrEqual(4);
  expect(mostAtOnce(answers), "more than one answer at a time").toBeGreaterThan(1);

  const decision = events.find((event) => event.type === "approval-decided");
  expect(decision).toMatchObject({ decision: { decision: "approve", comment: "Read and agreed" } });
  expect(completedTwice(events)).toEqual([]);
  expect(isUnbroken(events)).toBe(true);
}
