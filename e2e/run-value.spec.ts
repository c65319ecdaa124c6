import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures/test.ts";
import { expectAccessible } from "./fixtures/screen.ts";
import { workflowFile } from "./fixtures/workflow-files.ts";

/** start → say (gives the value) → finish. */
function saying(name: string, value: unknown): object {
  return workflowFile(
    name,
    [
      { id: "start", type: "start" },
      { id: "say", type: "transform", name: "Say", config: { value } },
      { id: "finish", type: "output", config: { value: "{{ say.outputs }}" } },
    ],
    [
      ["start", "say"],
      ["say", "finish"],
    ],
  );
}

/** Ms for which the page did not answer, at the longest, while something was done on it. */
async function longestSilence(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const silence = { longest: 0, last: performance.now() };
    Object.assign(window, { silence });
    setInterval(() => {
      silence.longest = Math.max(silence.longest, performance.now() - silence.last);
      silence.last = performance.now();
    }, 20);
  });
  await act();
  return page.evaluate(() => (window as unknown as { silence: { longest: number } }).silence.longest);
}

test("a value is read formatted, as a tree and raw, and a large one comes piece by piece", async ({ api, owner }) => {
  const report = Array.from({ length: 4_000 }, (_, index) => `## Part ${index}\n\nSome **words** about part ${index}.`);
  const run = await api.start(
    await api.importWorkflow(saying("Large", { text: report.join("\n\n"), rows: [1, 2, 3] })),
  );
  await api.runIn(run, "completed");
  await owner.goto(`/runs/${run}`);
  await expect(owner.locator("[data-run-status=completed]")).toBeVisible();
  const silence = await longestSilence(owner, async () => {
    await owner.locator("[data-row=say]").getByRole("button").last().click();
    const detail = owner.getByRole("region", { name: "Say" });
    await expect(detail.getByRole("heading", { name: "Part 3", exact: true })).toBeVisible();
    await expect(detail.getByRole("heading", { name: "Part 3999" })).toHaveCount(0);
    const headings = await detail.getByRole("heading").count();
    await detail.getByRole("button", { name: /Show more/ }).click();
    await expect.poll(() => detail.getByRole("heading").count()).toBeGreaterThan(headings);
    await detail.getByRole("radio", { name: "JSON" }).click();
    await expect(detail.getByText("2 fields")).toBeVisible();
    await detail.getByRole("radio", { name: "Raw" }).click();
    await expect(detail.getByText(/"rows": \[|## Part 0/).first()).toBeVisible();
  });
  expect(silence, "the page answers all the while").toBeLessThan(5_000);
});

test("a value that is too large to come with its run is fetched when asked for", async ({ api, owner, expected }) => {
  expected.push(/run_artifacts|Failed to load resource/);
  const rows = Array.from({ length: 6_000 }, (_, index) => ({
    row: index,
    words: "as wide as a row of a report may be",
  }));
  const run = await api.start(await api.importWorkflow(saying("Wide", rows)));
  await api.runIn(run, "completed");
  await owner.goto(`/runs/${run}?step=say`);
  const detail = owner.getByRole("region", { name: "Say" });
  await expect(detail.getByText("A list of 6,000 items")).toBeVisible();
  await expectAccessible(owner, "a value apart");
  // Where that fails it says so, and tries again when asked to.
  const address = "**/rest/v1/run_artifacts*";
  await owner.route(address, (route) => route.fulfill({ status: 400, json: { message: "refused" } }));
  await detail.getByRole("button", { name: "Show the output" }).click();
  await expect(detail.getByText("The value could not be read")).toBeVisible();
  await owner.unroute(address);
  await detail.getByRole("button", { name: "Show the output" }).click();
  await expect(detail.getByText("6000 items")).toBeVisible();
  await expect(detail.getByText("The value could not be read")).toHaveCount(0);
  const [file] = await Promise.all([
    owner.waitForEvent("download"),
    detail.getByRole("button", { name: "Download the output" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("output.json");
  await owner.getByRole("tab", { name: /Result/ }).click();
  await expect(owner.getByRole("region", { name: "Output" }).getByText("A list of 6,000 items")).toBeVisible();
});

for (const [what, text] of [
  ["brackets", "[".repeat(40_000)],
  ["quotes in quotes", `${">".repeat(2_000)} deep`],
  ["emphasis", `${"*a_".repeat(12_000)}`],
  ["a table of one line", `|${"a|".repeat(9_000)}\n|${"-|".repeat(9_000)}`],
] as const) {
  test(`Markdown made to hang the page does not: ${what}`, async ({ api, owner }) => {
    const run = await api.start(await api.importWorkflow(saying(`Hostile ${what}`, { text: `Before.\n\n${text}` })));
    await api.runIn(run, "completed");
    await owner.goto(`/runs/${run}?step=say`);
    await expect(owner.getByRole("region", { name: "Say" }).getByText("Before.")).toBeVisible({ timeout: 15_000 });
    await owner.getByRole("tab", { name: /Journal/ }).click({ timeout: 10_000 });
    await expect(owner.getByText("run-completed")).toBeVisible();
  });
}
