import type { Page } from "@playwright/test";
import { Gate } from "./fixtures/gate.ts";
import { expectAccessible } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { live } from "./fixtures/watch-page.ts";
import { standing, workflowFile } from "./fixtures/workflow-files.ts";

const state = (page: Page, status: string) => page.locator(`[data-run-status=${status}]`);
const row = (page: Page, step: string) => page.locator(`[data-row="${step}"]`);
const node = (page: Page, id: string) => page.locator(`[data-node="${id}"]`);
const slider = (page: Page) => page.getByLabel("Event that is looked at");

test("a run is paused and resumed from its page: what works finishes, nothing new begins", async ({
  api,
  gate,
  owner,
}) => {
  const run = await api.start(await api.importWorkflow(standing("Paused", gate.url())));
  await gate.reached();
  await owner.goto(`/runs/${run}`);
  await live(owner);
  await owner.keyboard.press("p");
  await expect(state(owner, "paused")).toBeVisible();
  await gate.open();
  await expect(node(owner, "stand")).toHaveAttribute("data-state", "completed");
  expect((await api.run(run)).status).toBe("paused");
  expect((await api.journal(run)).some((event) => "step" in event && event.step === "finish")).toBe(false);
  await expectAccessible(owner, "a paused run");
  await owner.getByRole("button", { name: "Resume" }).click();
  await expect(state(owner, "completed")).toBeVisible();
});

test("a failed run goes on from an earlier step, which names what is made again", async ({ api, gate, owner }) => {
  const mended = new Gate();
  await gate.open();
  const run = await api.start(
    await api.importWorkflow(standing("Go on from", gate.url(`?status=503&healed=${mended.name}`))),
  );
  await api.runIn(run, "failed");
  await mended.open();
  await owner.goto(`/runs/${run}?step=before`);
  await owner.getByRole("button", { name: "Go on from here" }).click();
  const question = owner.getByRole("alertdialog");
  await expect(question).toContainText("Before the gate");
  await question.getByRole("button", { name: "Go on from here" }).click();
  await expect(state(owner, "completed")).toBeVisible();
  const journal = await api.journal(run);
  expect(journal.filter((event) => event.type === "step-completed" && event.step === "before")).toHaveLength(2);
});

test("a failed step shows its attempts one by one, what it was given, and what can be done", async ({
  api,
  gate,
  owner,
}) => {
  await gate.open();
  const file = workflowFile(
    "Twice in vain",
    [
      { id: "start", type: "start" },
      {
        id: "call",
        type: "http",
        name: "Call the ledger",
        config: { url: gate.url("?status=503") },
        retry: { maxAttempts: 2, backoff: "fixed", delayMs: 100 },
      },
      { id: "finish", type: "output", config: { value: "{{ call.outputs }}" } },
    ],
    [
      ["start", "call"],
      ["call", "finish"],
    ],
  );
  const run = await api.start(await api.importWorkflow(file));
  await api.runIn(run, "failed");
  await owner.goto(`/runs/${run}`);
  const detail = owner.getByRole("region", { name: "Call the ledger" });
  await expect(detail.getByText("HTTP_STATUS").first()).toBeVisible();
  await expect(detail.getByText(/Mend the request, or retry/)).toBeVisible();
  await detail.getByRole("tab", { name: "Input" }).click();
  await expect(detail.getByText(gate.url("?status=503"))).toBeVisible();
  await detail.getByRole("tab", { name: /Attempts and log/ }).click();
  await expect(detail.getByText("Attempt 1", { exact: true })).toBeVisible();
  await expect(detail.getByText("Attempt 2", { exact: true })).toBeVisible();
});

/** Two branches, of which the slow one decides how long the run takes. */
function race(slowUrl: string): object {
  return workflowFile(
    "Two ways",
    [
      { id: "start", type: "start" },
      { id: "quick", type: "transform", name: "Quick way", config: { value: 1 } },
      { id: "slow", type: "http", name: "Slow way", config: { url: slowUrl }, timeoutMs: 60_000 },
      { id: "finish", type: "output", name: "Both", config: { value: "{{ quick.outputs }}" } },
    ],
    [
      ["start", "quick"],
      ["start", "slow"],
      ["quick", "finish"],
      ["slow", "finish"],
    ],
  );
}

test("what decided how long the run took is outlined, and a range is zoomed to by pointer and keys", async ({
  api,
  gate,
  owner,
}) => {
  const run = await api.start(await api.importWorkflow(race(gate.url())));
  await gate.reached();
  await gate.open();
  await api.runIn(run, "completed");
  await owner.goto(`/runs/${run}`);
  for (const step of ["start", "slow", "finish"]) {
    await expect(row(owner, step).locator("[data-critical]")).toBeAttached();
  }
  await expect(row(owner, "quick").locator("[data-critical]")).toHaveCount(0);

  const whole = owner.getByRole("button", { name: "Show the whole run" });
  await expect(whole).toBeDisabled();
  const axis = owner.getByTitle("Drag across to zoom to a range");
  const box = (await axis.boundingBox())!;
  await owner.mouse.move(box.x + box.width * 0.3, box.y + 10);
  await owner.mouse.down();
  await owner.mouse.move(box.x + box.width * 0.6, box.y + 10, { steps: 4 });
  await owner.mouse.up();
  await expect(whole).toBeEnabled();
  await whole.click();
  await expect(whole).toBeDisabled();
  await row(owner, "slow").getByRole("button").first().focus();
  await owner.keyboard.press("+");
  await expect(whole).toBeEnabled();
  await owner.keyboard.press("Shift+ArrowRight");
  await owner.keyboard.press("0");
  await expect(whole).toBeDisabled();
});

test("what is chosen in one view is chosen in all, with the pointer or by keyboard alone", async ({
  api,
  gate,
  owner,
}) => {
  const run = await api.start(await api.importWorkflow(race(gate.url())));
  await gate.reached();
  await gate.open();
  await api.runIn(run, "completed");
  await owner.goto(`/runs/${run}`);
  await node(owner, "quick").click();
  await expect(row(owner, "quick").getByRole("button").last()).toHaveAttribute("aria-pressed", "true");
  await expect(owner.getByRole("region", { name: "Quick way" })).toBeVisible();
  await row(owner, "start").getByRole("button").last().focus();
  await owner.keyboard.press("j");
  await owner.keyboard.press("Enter");
  const chosen = owner.locator('[data-row] [aria-pressed="true"]');
  await expect(chosen).toHaveCount(1);
  const name = await owner.locator('[data-row]:has([aria-pressed="true"])').getAttribute("data-row");
  await expect(node(owner, name!)).toHaveAttribute("aria-pressed", "true");
  await owner.getByRole("tab", { name: /Journal/ }).click();
  await owner
    .getByRole("button", { name: /step-completed.*slow/ })
    .first()
    .click();
  await owner.getByRole("tab", { name: /Steps/ }).click();
  await expect(node(owner, "slow")).toHaveAttribute("aria-pressed", "true");
});

test("the scrubber takes the whole page back, by keys and by a link, and forward to now again", async ({
  api,
  gate,
  owner,
}) => {
  const run = await api.start(await api.importWorkflow(standing("Looked back at", gate.url())));
  await gate.reached();
  await gate.open();
  const { seq } = await api.runIn(run, "completed");
  const journal = await api.journal(run);
  await owner.goto(`/runs/${run}`);
  await expect(state(owner, "completed")).toBeVisible();
  await slider(owner).focus();
  await owner.keyboard.press("Home");
  await expect(state(owner, "queued")).toBeVisible();
  await expect(node(owner, "before")).toHaveAttribute("data-state", "pending");

  // Event by event the page is what the journal says: the step stands at work from its start to its end.
  const began = journal.find((event) => event.type === "step-started" && event.step === "stand")!.seq;
  const ended = journal.find((event) => event.type === "step-completed" && event.step === "stand")!.seq;
  for (let at = 2; at <= began; at += 1) await owner.keyboard.press("ArrowRight");
  await expect(slider(owner)).toHaveAttribute("aria-valuetext", `Event ${began} of ${seq}`);
  await expect(node(owner, "stand")).toHaveAttribute("data-state", "running");
  await expect(node(owner, "after")).toHaveAttribute("data-state", "pending");
  await expect(owner).toHaveURL(new RegExp(`at=${began}`));
  await owner.reload();
  await expect(slider(owner)).toHaveAttribute("aria-valuetext", `Event ${began} of ${seq}`);
  await expect(node(owner, "stand")).toHaveAttribute("data-state", "running");
  for (let at = began; at < ended; at += 1) await owner.getByRole("button", { name: "One event on" }).click();
  await expect(node(owner, "stand")).toHaveAttribute("data-state", "completed");
  await owner.keyboard.press("Comma");
  await expect(node(owner, "stand")).toHaveAttribute("data-state", "running");
  await owner.keyboard.press("Period");
  await expect(node(owner, "stand")).toHaveAttribute("data-state", "completed");
  await owner.keyboard.press("n");
  await expect(state(owner, "completed")).toBeVisible();
  await expect(owner).not.toHaveURL(/at=/);
  await owner.getByRole("button", { name: "Play the run again" }).click();
  await expect(state(owner, "running")).toBeVisible();
  await expect(state(owner, "completed")).toBeVisible({ timeout: 45_000 });
});

test("a loop of more than a thousand, with a loop inside: counted, folded, and each iteration within reach", async ({
  api,
  owner,
}) => {
  test.setTimeout(180_000);
  const file = workflowFile(
    "Many times over",
    [
      { id: "start", type: "start" },
      { id: "rows", type: "loop", name: "Each row", config: { mode: "times", times: 1_100 } },
      { id: "read", type: "transform", name: "Read", parentId: "rows", config: { value: "{{ loop.index * 2 }}" } },
      { id: "cells", type: "loop", name: "Each cell", parentId: "rows", config: { mode: "times", times: 2 } },
      { id: "cell", type: "transform", name: "Cell", parentId: "cells", config: { value: "{{ loop.index }}" } },
      { id: "finish", type: "output", config: { value: "done" } },
    ],
    [
      ["start", "rows"],
      ["read", "cells"],
      ["rows", "finish"],
    ],
  );
  const run = await api.start(await api.importWorkflow(file));
  await api.runIn(run, "completed", 120_000);
  await owner.goto(`/runs/${run}`);
  await expect(state(owner, "completed")).toBeVisible();
  await expect(node(owner, "rows")).toContainText("1100/1100");
  await owner.getByRole("button", { name: "Steps inside Each row" }).click();
  await owner.getByRole("button", { name: /Show 1,100 more iterations/ }).click();
  await expect(owner.getByText("Iteration 1", { exact: true })).toBeVisible();
  expect(await owner.locator("[data-row]").count(), "only rows in view exist").toBeLessThan(60);

  // An iteration that is chosen is the one that the graph shows.
  await owner.goto(`/runs/${run}?step=rows.700.read`);
  const detail = owner.getByRole("region", { name: "Read" });
  await expect(detail.getByText("1400")).toBeVisible({ timeout: 60_000 });
  await expect(detail.getByText("iteration 701 of 1100")).toBeVisible();
  await expect(node(owner, "cells")).toContainText("2/2");
  await detail.getByRole("button", { name: "The next iteration" }).click();
  await expect(detail.getByText("1402")).toBeVisible();
});
