import type { Page } from "@playwright/test";
import { Gate } from "./fixtures/gate.ts";
import { expect, test } from "./fixtures/test.ts";
import { live } from "./fixtures/watch-page.ts";
import { standing, workflowFile } from "./fixtures/workflow-files.ts";

const networkNoise = /Failed to load resource|WebSocket connection|ERR_INTERNET_DISCONNECTED/;

const state = (page: Page, status: string) => page.locator(`[data-run-status=${status}]`);
const step = (page: Page, id: string) => page.locator(`[data-step="${id}"]`);
const stepIs = (page: Page, id: string, status: string) =>
  expect(step(page, id).locator(`[data-status="${status}"]`).first()).toBeAttached();

test("steps are shown as they happen, by Realtime alone and without a reload", async ({ api, gate, owner }) => {
  const run = await api.start(await api.importWorkflow(standing("Seen live", gate.url())));
  await gate.reached();
  await owner.goto(`/runs/${run}`);
  await live(owner);
  await stepIs(owner, "stand", "running");
  await expect(step(owner, "after")).toHaveCount(0);

  // From here the journal cannot be read any more: what appears was told by the socket.
  await owner.route(/\/rest\/v1\/run_events/, (route) =>
    route.fulfill({ status: 200, contentType: "application/json", body: "[]" }),
  );
  let navigations = 0;
  owner.on("framenavigated", () => (navigations += 1));
  await gate.open();
  await expect(state(owner, "completed")).toBeVisible();
  await stepIs(owner, "stand", "completed");
  await stepIs(owner, "after", "completed");
  expect(navigations).toBe(0);
});

test("a reload in mid-run shows the same run again, and its end", async ({ api, gate, owner }) => {
  const run = await api.start(await api.importWorkflow(standing("Reloaded", gate.url())));
  await gate.reached();
  await owner.goto(`/runs/${run}`);
  await stepIs(owner, "before", "completed");
  await owner.reload();
  await stepIs(owner, "before", "completed");
  await stepIs(owner, "stand", "running");
  await gate.open();
  await expect(state(owner, "completed")).toBeVisible();
});

test("without a network it says so, and afterwards nothing is missing", async ({ api, gate, owner, expected }) => {
  expected.push(networkNoise);
  const run = await api.start(await api.importWorkflow(standing("Offline", gate.url())));
  await gate.reached();
  await owner.goto(`/runs/${run}`);
  await live(owner);

  await owner.context().setOffline(true);
  await expect(owner.getByRole("status").filter({ hasText: "Reconnecting" })).toBeVisible({ timeout: 60_000 });
  await gate.open();
  const ended = await api.runIn(run, "completed");
  await stepIs(owner, "stand", "running");

  await owner.context().setOffline(false);
  await expect(state(owner, "completed")).toBeVisible({ timeout: 45_000 });
  await live(owner);
  await expect(owner.getByRole("tab", { name: new RegExp(`^Journal\\s*${ended.seq}$`) })).toBeVisible();
});

test("what the demo model wrote is labelled wherever it is shown", async ({ api, owner }) => {
  const file = workflowFile(
    "Labelled",
    [
      { id: "start", type: "start" },
      { id: "write", type: "agent", name: "Write", config: { prompt: "Say hello to the harbour in one sentence." } },
      { id: "finish", type: "output", config: { value: "{{ write.outputs.text }}" } },
    ],
    [
      ["start", "write"],
      ["write", "finish"],
    ],
  );
  const run = await api.start(await api.importWorkflow(file));
  await api.runIn(run, "completed");
  await owner.goto(`/runs/${run}`);
  await expect(owner.locator("dl").getByText("demo model")).toBeVisible();
  await step(owner, "write").getByRole("button").last().click();
  await expect(owner.getByRole("region", { name: "Write" }).getByText("demo model", { exact: true })).toBeVisible();
  await owner.goto("/runs");
  await expect(owner.locator(`[data-run="${run}"]`).getByText("demo model")).toBeVisible();
});

test("a run is cancelled from its page, after a question", async ({ api, gate, owner }) => {
  const run = await api.start(await api.importWorkflow(standing("Cancelled", gate.url())));
  await gate.reached();
  await owner.goto(`/runs/${run}`);
  await live(owner);
  await owner.getByRole("button", { name: "Cancel" }).click();
  await owner.getByRole("alertdialog").getByRole("button", { name: "Cancel the run" }).click();
  await expect(state(owner, "cancelled")).toBeVisible();
  await stepIs(owner, "stand", "cancelled");
  expect((await api.runIn(run, "cancelled")).output).toBeNull();
});

test("a failed run says where and why, and is retried from its page without paying twice", async ({
  api,
  gate,
  owner,
}) => {
  // The gate lets everybody through with a fault until the second one is open.
  const mended = new Gate();
  await gate.open();
  const file = standing("Mended", gate.url(`?status=503&healed=${mended.name}`));
  const run = await api.start(await api.importWorkflow(file));
  await api.runIn(run, "failed");
  await owner.goto(`/runs/${run}`);
  await expect(owner.getByText("Stand at the gate failed")).toBeVisible();
  await mended.open();
  await owner.getByRole("button", { name: "Retry" }).click();
  await expect(state(owner, "completed")).toBeVisible();
  const journal = await api.journal(run);
  const completions = journal.filter((event) => event.type === "step-completed" && event.step === "before");
  expect(completions).toHaveLength(1);
});

test("hostile text is text: nothing runs, nothing loads, nothing leads astray", async ({ api, owner }) => {
  const hostile = [
    "<script>globalThis.hit = 1</script><img src=x onerror='globalThis.hit = 2'>",
    "[click](javascript:globalThis.hit=3) [data](data:text/html,<script>1</script>) [home](/settings)",
    "![beacon](http://beacon.invalid/pixel.png) <iframe src='https://evil.example'></iframe>",
    "\u202Egnp.exe\u202C and \u2067mixed\u2069 عربي text",
    "a".repeat(3_000),
  ].join("\n\n");
  const name = "<b>Bold</b> \u202Eworkflow";
  const file = workflowFile(
    name,
    [
      { id: "start", type: "start" },
      { id: "say", type: "transform", name: "<img src=x onerror=alert(1)>", config: { value: { text: hostile } } },
      { id: "finish", type: "output", config: { value: "{{ say.outputs.text }}" } },
    ],
    [
      ["start", "say"],
      ["say", "finish"],
    ],
  );
  const run = await api.start(await api.importWorkflow(file));
  await api.runIn(run, "completed");
  const outside: string[] = [];
  owner.on("request", (request) => {
    if (/beacon|evil/.test(request.url())) outside.push(request.url());
  });
  await owner.goto(`/runs/${run}`);
  await expect(state(owner, "completed")).toBeVisible();
  await expect(owner.getByRole("heading", { level: 1 })).toContainText("<b>Bold</b>");
  await owner.getByRole("tab", { name: "Result" }).click();
  const result = owner.getByRole("tabpanel", { name: "Result" });
  await expect(result.getByText("click", { exact: true })).toBeVisible();
  for (const link of await result.getByRole("link").all()) {
    expect(await link.getAttribute("href")).toMatch(/^(https?|mailto|blob):/);
  }
  await expect(result.locator("img, iframe, script")).toHaveCount(0);
  await owner.getByRole("tab", { name: "Journal" }).click();
  await owner.getByRole("button", { name: /run-completed/ }).click();
  expect(await owner.evaluate(() => "hit" in globalThis)).toBe(false);
  expect(outside).toEqual([]);
});
