import { z } from "zod";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { asking, standing, workflowFile, yesOrNo } from "./fixtures/workflow-files.ts";
import { Gate } from "./fixtures/gate.ts";

const looks = [
  { theme: "light", width: 1280 },
  { theme: "dark", width: 380 },
] as const;

test("a newcomer's home offers three ways to begin, and the first run works without a key", async ({
  strangerPage: page,
}) => {
  const began = Date.now();
  await page.goto("/home");
  await expect(page.getByRole("heading", { name: /^Welcome, / })).toBeVisible();
  await expect(page.getByText("0 of 4 done")).toBeVisible();
  for (const { theme, width } of looks) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 860 });
    await expectAccessible(page, `newcomer, ${theme}`);
    await expectNoSidewaysScroll(page, `newcomer, ${width}`);
  }
  await page.getByRole("button", { name: /Watch an example/ }).click();
  await page.waitForURL("**/runs/*");
  await page.setViewportSize({ width: 1280, height: 860 });
  await expect(page.getByRole("link", { name: /Approvals.*1/ })).toBeVisible({ timeout: 110_000 });
  expect(Date.now() - began).toBeLessThan(120_000);

  await page.goto("/home");
  await expect(page.getByRole("heading", { name: "Running now" })).toBeVisible();
  await page.getByRole("button", { name: "Hide the first steps" }).click();
  await expect(page.getByText("First steps")).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Over time" })).toBeVisible();
  await expect(page.getByText("First steps")).toHaveCount(0);
});

test("home shows what needs me, what runs, what failed and what it comes to, live", async ({ api, owner, gate }) => {
  const failing = new Gate();
  await failing.open();
  const failed = await api.start(await api.importWorkflow(standing("Ledger for home", failing.url("?status=500"))));
  await api.runIn(failed, "failed");
  await owner.goto("/home");
  await expect(owner.getByRole("heading", { name: "Over time" })).toBeVisible();
  await expect(owner.getByRole("figure").first()).toBeVisible();
  const numbers = owner.getByRole("region", { name: "Runs per day" });
  await expect(numbers.getByRole("list", { name: "Runs by day and result" })).toContainText("Failed");
  await expect(owner.getByRole("link", { name: /Ledger for home/ }).first()).toBeVisible();

  const title = `Paint the gate ${Date.now()}?`;
  await api.start(await api.importWorkflow(asking("Gate painting", { title, options: yesOrNo })));
  await expect(owner.getByText(title)).toBeVisible();
  await api.start(await api.importWorkflow(standing("Standing for home", gate.url())));
  await gate.reached();
  await expect(
    owner.getByRole("region", { name: "Running now" }).getByRole("link", { name: /Standing for home/ }),
  ).toBeVisible();
  for (const { theme, width } of looks) {
    await owner.emulateMedia({ colorScheme: theme });
    await owner.setViewportSize({ width, height: 860 });
    await expectAccessible(owner, `home, ${theme}`);
    await expectNoSidewaysScroll(owner, `home, ${width}`);
  }
});

test("the palette finds things by name, the sheet lists the screen's keys, and G goes", async ({ api, owner }) => {
  const name = `Harbour dues ${Date.now()}`;
  const id = await api.importWorkflow(
    workflowFile(
      name,
      [
        { id: "start", type: "start" },
        { id: "end", type: "output", config: { value: 1 } },
      ],
      [["start", "end"]],
    ),
  );
  await owner.goto("/runs");
  await expect(owner.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible();
  await owner.keyboard.press("ControlOrMeta+k");
  const search = owner.getByRole("combobox", { name: "Search commands and names" });
  await expect(search).toBeFocused();
  await search.fill(name);
  await expect(owner.getByRole("option", { name: new RegExp(name) })).toBeVisible();
  await expectAccessible(owner, "palette");
  await owner.keyboard.press("Enter");
  await owner.waitForURL(`**/workflows/${id}`);

  await owner.keyboard.press("g");
  await owner.keyboard.press("a");
  await owner.waitForURL("**/approvals*");
  await owner.keyboard.press("?");
  const sheet = owner.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(sheet.getByText("Next request")).toBeVisible();
  await expect(sheet.getByText("Go to templates")).toBeVisible();
  await expectAccessible(owner, "sheet");
  await owner.keyboard.press("Escape");
  await owner.keyboard.press("g");
  await owner.keyboard.press("t");
  await owner.waitForURL("**/templates*");
  // Not while somebody types.
  await owner.getByLabel("Search templates").fill("");
  await owner.getByLabel("Search templates").press("g");
  await owner.getByLabel("Search templates").press("h");
  await expect(owner.getByLabel("Search templates")).toHaveValue("gh");
  expect(new URL(owner.url()).pathname).toBe("/templates");

  await owner.keyboard.press("ControlOrMeta+k");
  await search.fill("theme: dark");
  await owner.keyboard.press("Enter");
  await expect(owner.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("runs are cancelled together, and rows stay where they are while somebody chooses", async ({
  api,
  owner,
  gate,
}) => {
  const id = await api.importWorkflow(standing("Cancelled together", gate.url()));
  const runs = [await api.start(id), await api.start(id)];
  await owner.goto(`/runs?workflow=${id}`);
  const rows = owner.getByRole("row").filter({ hasText: "Cancelled together" });
  await expect(rows).toHaveCount(2);
  await rows.first().getByRole("checkbox").click();
  const late = await api.start(id);
  // The newcomer waits above: no row moves under the pointer.
  await expect(owner.getByRole("button", { name: "1 new" })).toBeVisible();
  await expect(rows).toHaveCount(2);
  await rows.nth(1).getByRole("checkbox").click();
  await owner.getByRole("button", { name: "Cancel 2 runs" }).click();
  await owner.getByRole("alertdialog").getByRole("button", { name: "Cancel 2 runs" }).click();
  for (const run of runs) await api.runIn(run, "cancelled");
  await expect(rows).toHaveCount(3);
  await api.call("POST", `/runs/${late}/cancel`, z.unknown(), {});

  await owner.getByLabel("Started by", { exact: true }).click();
  await owner.getByRole("option", { name: "By an API key or trigger" }).click();
  await owner.getByLabel("Time", { exact: true }).click();
  await owner.getByRole("option", { name: "Last hour" }).click();
  await expect(owner).toHaveURL(new RegExp(`/runs\\?workflow=${id}&by=none&time=hour$`));
  await owner.reload();
  await expect(rows).toHaveCount(3);
});

test("older runs come a page at a time, each once", async ({ api, owner }) => {
  const id = await api.importWorkflow(
    workflowFile(
      "Many of it",
      [
        { id: "start", type: "start" },
        { id: "end", type: "output", config: { value: 1 } },
      ],
      [["start", "end"]],
    ),
  );
  const ids: string[] = [];
  for (let index = 0; index < 60; index++) ids.push(await api.start(id));
  await api.runIn(ids.at(-1) ?? "", "completed");
  await owner.goto(`/runs?workflow=${id}`);
  const rows = owner.locator("[data-run]");
  await expect(rows).toHaveCount(50);
  await owner.getByRole("button", { name: "Show older runs" }).click();
  await expect(rows).toHaveCount(60);
  const shown = await rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-run")));
  expect(shown).toEqual(ids.toReversed());
});

test("a workflow is archived, undone, archived again and brought back", async ({ api, owner }) => {
  const name = `Archived one ${Date.now()}`;
  await api.importWorkflow(
    workflowFile(
      name,
      [
        { id: "start", type: "start" },
        { id: "end", type: "output", config: { value: 1 } },
      ],
      [["start", "end"]],
    ),
  );
  await owner.goto(`/workflows?q=${encodeURIComponent(name)}`);
  const row = owner.getByRole("row").filter({ hasText: name });
  const archive = async () => {
    await row.getByRole("button", { name: `More for ${name}` }).click();
    await owner.getByRole("menuitem", { name: "Archive" }).click();
  };
  await archive();
  await expect(row).toHaveCount(0);
  await owner.getByRole("button", { name: "Undo" }).click();
  await expect(row).toHaveCount(1);
  await archive();
  await expect(row).toHaveCount(0);
  await owner.goto(`/workflows?archived=1&q=${encodeURIComponent(name)}`);
  await row.getByRole("button", { name: `Bring back ${name}` }).click();
  await expect(row).toHaveCount(0);
  await owner.goto(`/workflows?q=${encodeURIComponent(name)}`);
  await expect(row).toHaveCount(1);
});
