import type { Locator, Page } from "@playwright/test";
import { signIn } from "./fixtures/people.ts";
import { place } from "./fixtures/place.ts";
import { expectAccessible } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { workflowFile } from "./fixtures/workflow-files.ts";

/** What people bring to the editor that nobody should: hostile words, files that cannot run, a session that ends. */

const node = (page: Page, id: string): Locator => page.getByTestId(`node-${id}`);

const script = '<img src="x" onerror="window.hacked = 1"><script>window.hacked = 1</script>';
const link = "[free money](javascript:window.hacked=1) ![x](https://evil.example/x.png)";
const backwards = "invoice\u202Efdp.exe";

function chain(name: string, more: Record<string, unknown> = {}): object {
  return workflowFile(
    name,
    [
      { id: "start", type: "start" },
      { id: "middle", type: "agent", config: { prompt: "{{ input }}" }, ...more },
      { id: "end", type: "output", config: { value: "{{ middle.outputs }}" } },
    ],
    [
      ["start", "middle"],
      ["middle", "end"],
    ],
  );
}

test("hostile labels and Markdown are words, on the canvas, in the outline, in the run and in what it gave", async ({
  owner: page,
  api,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const file = workflowFile(
    `${script} ${backwards}`,
    [
      { id: "start", type: "start" },
      { id: "words", type: "transform", name: script, config: { value: `${script} ${link} ${backwards}` } },
      { id: "note", type: "note", config: { text: `${script}\n${link}` } },
      { id: "end", type: "output", name: backwards, config: { value: "{{ words.outputs }}" } },
    ],
    [
      ["start", "words"],
      ["words", "end"],
    ],
  );
  const id = await api.importWorkflow(file);
  await page.goto(`/workflows/${id}/edit`);
  await expect(node(page, "words")).toContainText("<img src=");
  await page.keyboard.press("Shift+O");
  await expect(page.getByRole("tree")).toContainText("<img src=");
  await expect(page.getByRole("tree")).not.toContainText("\u202E");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByTestId("run-bar").getByText("Completed")).toBeVisible({ timeout: 60_000 });
  await node(page, "words").click();
  await page.keyboard.press("o");
  await expect(page.getByRole("region", { name: "Output" })).toContainText("free money");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  expect(await page.locator('[href^="javascript:"], img[src*="evil"], img[onerror]').count()).toBe(0);
  expect(asked.filter((url) => url.includes("evil.example"))).toEqual([]);
  await expectAccessible(page, "editor with hostile words");
});

test("a file that cannot run is not imported: its faults are listed, and the draft is as it was", async ({
  owner: page,
  api,
}) => {
  const id = await api.importWorkflow(chain("Before"));
  await page.goto(`/workflows/${id}/edit`);
  await node(page, "middle").waitFor();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Import into this draft" }).click();
  const dialog = page.getByRole("dialog", { name: "Import a file into this draft" });
  const field = dialog.getByRole("textbox", { name: "Workflow file" });
  const take = dialog.getByRole("button", { name: "Import", exact: true });

  await field.fill("{ not json");
  await take.click();
  await expect(dialog.getByText(/This is not JSON/)).toBeVisible();
  await field.fill(JSON.stringify({ schemaVersion: 1, nodes: [{ id: "a b", type: "agent" }] }));
  await take.click();
  await expect(dialog.getByText("Nothing was imported")).toBeVisible();
  await field.fill(JSON.stringify(chain("After", { config: { prompt: "{{ nobody.outputs.text }}" } })));
  await take.click();
  await expect(dialog.getByText(/there is nothing called "nobody"/)).toBeVisible();
  await expectAccessible(page, "import with faults");
  await expect(page.locator("h1")).toHaveText("Before");

  // Whoever wants to mend it here takes it all the same, knowingly, and can take that back.
  await dialog.getByRole("button", { name: "Import it to mend it here" }).click();
  await expect(page.locator("h1")).toHaveText("After");
  await expect(page.getByTestId("problem-count")).toHaveText(/1 problem/);
  await page.keyboard.press("ControlOrMeta+z");
  await expect(page.locator("h1")).toHaveText("Before");
});

test("a session that ends in mid-edit: said, kept, and saved once somebody has signed in again in another tab", async ({
  owner: page,
  api,
  expected,
}) => {
  expected.push(/401|Failed to load resource/);
  const id = await api.importWorkflow(chain("Signed out"));
  await page.goto(`/workflows/${id}/edit`);
  await node(page, "middle").click();
  await page.context().clearCookies();
  await page.getByLabel("Name", { exact: true }).fill("Typed without a session");
  await expect(page.getByText(/^Signed out, kept here/)).toBeVisible();
  await expectAccessible(page, "signed out");
  const tab = page.context().waitForEvent("page");
  await page.getByRole("link", { name: "Sign in" }).click();
  const second = await tab;
  await signIn(second, place().owner);
  await page.bringToFront();
  await expect(page.getByText(/^Saved ·/)).toBeVisible({ timeout: 45_000 });
  await second.goto(`/workflows/${id}/edit`);
  await expect(node(second, "middle")).toContainText("Typed without a session");
});

test("a megabyte pasted into a field is refused with a word; what is long and allowed is taken and saved", async ({
  owner: page,
  api,
}) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const paste = async (text: string) => {
    await page.evaluate((given) => navigator.clipboard.writeText(given), text);
    await page.keyboard.press("ControlOrMeta+v");
  };
  const id = await api.importWorkflow(chain("A megabyte"));
  await page.goto(`/workflows/${id}/edit`);
  await node(page, "middle").click();
  const prompt = page.getByRole("region", { name: "Settings" }).getByLabel("Prompt");
  await prompt.press("End");
  await paste("All of it matters. ".repeat(56_000));
  await expect(page.getByText(/^The text has 1,064,000 characters and a field takes 200,000/)).toBeVisible();
  await expect(prompt).toHaveValue("{{ input }}");
  const allowed = ` ${"Long, and meant so. ".repeat(5_000)}`;
  await prompt.press("End");
  await paste(allowed);
  await expect(prompt).toHaveValue(`{{ input }}${allowed}`);
  await expect(page.getByText(/^Saved ·/)).toBeVisible();
});
