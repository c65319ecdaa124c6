import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import { z } from "zod";
import { Api } from "./fixtures/api.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { workflowFile } from "./fixtures/workflow-files.ts";

const echo = (name: string) =>
  workflowFile(
    name,
    [
      { id: "start", type: "start" },
      { id: "done", type: "output", config: { value: "{{ input }}" } },
    ],
    [["start", "done"]],
    {
      input: {
        type: "object",
        required: ["text"],
        properties: { text: { type: "string", title: "Text" }, data: { type: "object", title: "Data" } },
      },
    },
  );
const templatesSchema = z.array(z.object({ slug: z.string(), name: z.string() }));

async function looks(page: Page, name: string): Promise<void> {
  for (const [theme, width] of [
    ["light", 1280],
    ["dark", 380],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 860 });
    await expectAccessible(page, `${name}, ${theme}, ${width}`);
    await expectNoSidewaysScroll(page, `${name}, ${width}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 860 });
}

test("cards draw the real graphs; search, category and preview stand in the address", async ({ owner }) => {
  await owner.goto("/templates");
  const cards = owner.getByRole("article");
  await expect(cards.first()).toBeVisible();
  const drawing = cards.filter({ hasText: "RFP response" }).getByRole("img");
  // Twenty-five nodes: each box but those of containers is two shapes and a mark.
  expect(await drawing.locator("rect").count()).toBeGreaterThan(40);
  await looks(owner, "gallery");
  await owner.getByRole("button", { name: /^Finance/ }).click();
  await expect(cards).toHaveCount(1);
  await owner.getByRole("button", { name: /Preview Finance report/ }).click();
  const preview = owner.getByRole("dialog", { name: "Finance report" });
  await expect(preview.getByText("What it needs")).toBeVisible();
  await expect(preview.getByText("Sample input")).toBeVisible();
  await expect(owner).toHaveURL(/category=Finance&template=finance-report/);
  await looks(owner, "preview");
  await owner.reload();
  await expect(owner.getByRole("dialog", { name: "Finance report" })).toBeVisible();
  await owner.keyboard.press("Escape");
  await owner.getByLabel("Search templates").fill("no such thing");
  await expect(owner.getByText("No template matches")).toBeVisible();
  await owner.getByRole("button", { name: "Show all templates" }).click();
  await expect(cards.nth(3)).toBeVisible();
});

test("a template is tried on its sample and becomes a run", async ({ owner }) => {
  await owner.goto("/templates?template=pull-request-pipeline");
  await owner.getByRole("button", { name: "Try with sample" }).click();
  await owner.waitForURL("**/runs/*");
  await expect(owner.getByRole("heading", { level: 1 })).toContainText("Pull request pipeline");
});

test("a workflow is saved as a template: members find and use it, other organisations do not", async ({
  api,
  owner,
  strangerPage,
  stranger,
}) => {
  const name = `Monday letters ${Date.now()}`;
  const id = await api.importWorkflow(echo(name));
  await owner.goto(`/workflows/${id}`);
  await owner.getByRole("button", { name: `More for ${name}` }).click();
  await owner.getByRole("menuitem", { name: /Save as a template/ }).click();
  const form = owner.getByRole("dialog", { name: "Save as a template" });
  await form.getByLabel("Description").fill('Writes letters. <img src=x onerror="window.hacked=1">');
  await form.getByLabel("Category").fill("Letters");
  await expectAccessible(owner, "save as a template");
  await form.getByRole("button", { name: "Save template" }).click();
  await expect(form).toBeHidden();

  await owner.goto("/templates?category=Letters");
  await owner.getByRole("button", { name: new RegExp(`Preview ${name}`) }).click();
  const preview = owner.getByRole("dialog", { name });
  await expect(preview.getByText("<img src=x")).toBeVisible();
  expect(await owner.evaluate(() => "hacked" in window)).toBe(false);
  const { slug } = (await api.call("GET", "/templates", templatesSchema)).find((each) => each.name === name)!;
  const elsewhere = new Api(stranger.accessToken);
  expect((await elsewhere.send("GET", `/templates/${slug}`)).status).toBe(404);
  await strangerPage.goto("/templates");
  await expect(strangerPage.getByRole("article").first()).toBeVisible();
  await expect(strangerPage.getByText(name)).toHaveCount(0);

  await preview.getByRole("button", { name: "Use template" }).click();
  await owner.waitForURL("**/workflows/*/edit");
  await owner.getByRole("button", { name: "More", exact: true }).click();
  await owner.getByRole("menuitem", { name: "Save as a template" }).click();
  await form.getByLabel("Name").fill("Drawn again");
  await form.getByLabel("Category").fill("Letters");
  await form.getByRole("button", { name: "Save template" }).click();
  await expect(form).toBeHidden();
  await owner.goto("/templates?category=Letters");
  await expect(owner.getByRole("article").filter({ hasText: "Drawn again" })).toBeVisible();
  await owner.getByRole("button", { name: new RegExp(`Preview ${name}`) }).click();
  await owner.getByRole("button", { name: "Delete", exact: true }).click();
  await owner.getByRole("button", { name: "Delete the template" }).click();
  await expect(owner.getByText(name)).toHaveCount(0);
});

test("the run form takes a file, and a text that is too long is told and kept", async ({ api, owner }) => {
  const id = await api.importWorkflow(echo("Takes files"));
  await owner.goto(`/workflows/${id}`);
  await owner.getByRole("button", { name: "Run Takes files" }).click();
  const form = owner.getByRole("dialog", { name: "Run Takes files" });
  const long = "All work and no play. ".repeat(48_000);
  await form.getByLabel("Text", { exact: true }).fill(long);
  await form.getByRole("button", { name: "Start the run" }).click();
  await expect(form.getByText(/This has 1\.\d MB, and a run takes 256 KB/)).toBeVisible();
  expect((await form.getByLabel("Text", { exact: true }).inputValue()).length).toBe(long.length);

  const [text, data] = await Promise.all([
    form.getByLabel("Read the text from a file").nth(0),
    form.getByLabel("Read the text from a file").nth(1),
  ]);
  await text.setInputFiles({ name: "picture.png", mimeType: "image/png", buffer: Buffer.from([137, 80, 0, 1]) });
  await expect(form.getByText("picture.png is not a text file")).toBeVisible();
  const solicitation = readFileSync(resolve(import.meta.dirname, "../README.md"), "utf8");
  await text.setInputFiles({ name: "rfq.md", mimeType: "text/markdown", buffer: Buffer.from(solicitation) });
  await data.setInputFiles({ name: "d.json", mimeType: "application/json", buffer: Buffer.from('{"pages": 3}') });
  await form.getByRole("button", { name: "Start the run" }).click();
  await owner.waitForURL("**/runs/*");
  const run = await api.runIn(owner.url().split("/").at(-1) ?? "", "completed");
  expect(run.output).toEqual({ text: solicitation, data: { pages: 3 } });
});
