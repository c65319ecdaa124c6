import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import { expectNoSidewaysScroll } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { asking, workflowFile, yesOrNo } from "./fixtures/workflow-files.ts";

const textArea = (page: Page) => page.getByRole("dialog").getByRole("textbox");

async function importText(page: Page, text: string): Promise<void> {
  await page.goto("/workflows");
  await page.getByRole("button", { name: "Import" }).click();
  await textArea(page).fill(text);
  await page.getByRole("dialog").getByRole("button", { name: "Import", exact: true }).click();
}

test("the demo workflows are listed, and the search stands in the address", async ({ owner }) => {
  await owner.goto("/workflows");
  for (const name of ["RFP response", "Procurement", "Deal desk"]) {
    // By name: other tests made many since, and the newest stand first.
    await owner.getByLabel("Search workflows").fill(name);
    await expect(owner.getByRole("link", { name: new RegExp(name) }).first()).toBeVisible();
  }
  await owner.getByLabel("Search workflows").fill("procure");
  await expect(owner).toHaveURL(/\/workflows\?q=procure$/);
  await expect(owner.getByRole("link", { name: /RFP response/ })).toHaveCount(0);
  await owner.reload();
  await expect(owner.getByRole("link", { name: /Procurement/ }).first()).toBeVisible();
  await owner.getByLabel("Search workflows").fill("no such workflow");
  await expect(owner.getByText("No workflow is called “no such workflow”")).toBeVisible();
});

test("a good file is imported by choice of file and opens", async ({ owner }) => {
  await owner.goto("/workflows");
  await owner.getByRole("button", { name: "Import" }).click();
  const file = JSON.stringify(asking("Chosen from disk", { title: "Well?", options: yesOrNo }));
  await owner
    .getByLabel("Workflow file")
    .and(owner.locator("input"))
    .setInputFiles({ name: "chosen.json", mimeType: "application/json", buffer: Buffer.from(file) });
  await owner.getByRole("dialog").getByRole("button", { name: "Import", exact: true }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Chosen from disk" })).toBeVisible();
});

test("a workflow gets tags, and the list is narrowed to one of them by its address", async ({ api, owner }) => {
  const name = `Tagged ${Date.now()}`;
  await api.importWorkflow(asking(name, { title: "Well?", options: yesOrNo }));
  await owner.goto(`/workflows?q=${encodeURIComponent(name)}`);
  await owner.getByRole("button", { name: `More for ${name}` }).click();
  await owner.getByRole("menuitem", { name: "Tags…" }).click();
  const dialog = owner.getByRole("dialog", { name: "Tags" });
  await dialog.getByLabel("Add a tag").fill("harbour");
  await dialog.getByLabel("Add a tag").press("Enter");
  await dialog.getByLabel("Add a tag").fill("Q3");
  await dialog.getByRole("button", { name: "Save" }).click();
  await owner.getByRole("row").filter({ hasText: name }).getByRole("button", { name: "harbour" }).click();
  await expect(owner).toHaveURL(/&tag=harbour$/);
  await owner.reload();
  await expect(owner.getByRole("combobox", { name: "Tag" })).toHaveText("harbour");
  await expect(owner.getByRole("list", { name: "Tags" })).toHaveText("harbourQ3");
  // Title and actions, and what narrows the list: two rows on a phone, no more.
  await owner.setViewportSize({ width: 380, height: 780 });
  await expectNoSidewaysScroll(owner, "workflows with tags, narrow");
  const header = owner.locator("header").filter({ hasText: "New workflow" });
  expect((await header.boundingBox())?.height).toBeLessThan(90);
});

test("a bad file is refused whole, each fault with its place, and nothing is stored", async ({ owner, expected }) => {
  expected.push(/4\d\d \(/);
  const bad = workflowFile(
    "Never stored",
    [
      { id: "start", type: "start" },
      { id: "a", type: "transform", config: { value: "{{ nobody.outputs }}" } },
      { id: "b", type: "no-such-type" },
    ],
    [
      ["start", "a"],
      ["a", "b"],
      ["b", "a"],
    ],
  );
  await importText(owner, JSON.stringify(bad));
  const alert = owner.getByRole("dialog").getByRole("alert");
  await expect(alert).toContainText("Nothing was imported");
  await expect(alert).toContainText(/no-such-type/);
  await expect(alert).toContainText(/nodes/);

  await importText(owner, "{ this is not JSON");
  await expect(owner.getByRole("dialog").getByRole("alert")).toContainText("This is not JSON");
  await owner.goto("/workflows?q=Never%20stored");
  await expect(owner.getByText("No workflow is called “Never stored”")).toBeVisible();
});

test("a run's form follows the input's schema, and says what is missing before anything starts", async ({
  api,
  owner,
}) => {
  const file = workflowFile(
    "Form",
    [
      { id: "start", type: "start" },
      { id: "finish", type: "output", config: { value: "{{ input }}" } },
    ],
    [["start", "finish"]],
    {
      input: {
        type: "object",
        required: ["title", "amount", "kind"],
        properties: {
          title: { type: "string", title: "Title", minLength: 3 },
          amount: { type: "number", title: "Amount", minimum: 1 },
          kind: { enum: ["goods", "services"], title: "Kind" },
          urgent: { type: "boolean", title: "Urgent", default: true },
          due: { type: "string", format: "date", title: "Due" },
        },
      },
    },
  );
  const id = await api.importWorkflow(file);
  await owner.goto(`/workflows/${id}`);
  await owner.getByRole("button", { name: "Run Form" }).click();
  const dialog = owner.getByRole("dialog");
  await dialog.getByRole("button", { name: "Start the run" }).click();
  await expect(dialog.locator("[aria-invalid=true]")).toHaveCount(3);

  await dialog.getByLabel("Title").fill("Crane");
  await dialog.getByLabel("Amount").fill("12.5");
  await dialog.getByLabel("Kind").click();
  await owner.getByRole("option", { name: "services" }).click();
  await dialog.getByLabel("Due").fill("2027-03-04");
  await dialog.getByRole("button", { name: "Start the run" }).click();
  await owner.waitForURL("**/runs/*");
  const run = await api.runIn(owner.url().split("/").at(-1) ?? "", "completed");
  expect(run.output).toEqual({ title: "Crane", amount: 12.5, kind: "services", urgent: true, due: "2027-03-04" });
});

test("a template is used, run from its form, and becomes a finished run", async ({ api, owner }) => {
  const sample = readFileSync(resolve(import.meta.dirname, "../templates/samples/pull-request-pipeline.json"), "utf8");
  await owner.goto("/templates");
  await owner.getByLabel("Search templates").fill("deploy gate");
  await expect(owner.getByRole("article")).toHaveCount(1);
  await owner.getByRole("button", { name: "Use template Pull request pipeline" }).click();
  await owner.waitForURL("**/workflows/*/edit");
  const workflow = owner.url().split("/").at(-2) ?? "";
  await owner.goto(`/workflows/${workflow}`);
  await expect(owner.getByRole("heading", { level: 1, name: /Pull request pipeline/ })).toBeVisible();
  const run = await api.start(workflow, JSON.parse(sample));
  const asked = await api.runThat(
    run,
    "waiting or done",
    ({ status }) => status === "waiting" || status === "completed",
  );
  if (asked.status === "waiting") {
    const approval = await api.approvalOf(run);
    await api.decide(approval.id, approval.options.find(({ kind }) => kind === "approve")?.id ?? "approve");
  }
  await api.runIn(run, "completed");
  await expect(owner.getByRole("row").filter({ hasText: "Completed" })).toHaveCount(1);
});

test("filters of the list of runs stand in the address and survive a reload", async ({ api, owner }) => {
  const id = await api.importWorkflow(asking("Filtered", { title: "Well?", options: yesOrNo }));
  const run = await api.start(id);
  await api.runIn(run, "waiting");
  await owner.goto("/runs");
  await owner.getByLabel("Workflow", { exact: true }).click();
  await owner.getByRole("option", { name: "Filtered" }).click();
  await owner.getByLabel("State").click();
  await owner.getByRole("option", { name: "Waiting" }).click();
  await expect(owner).toHaveURL(new RegExp(`status=waiting&workflow=${id}`));
  await expect(owner.locator(`[data-run="${run}"]`)).toBeVisible();
  await owner.reload();
  await expect(owner.locator("[data-run]")).toHaveCount(1);
  await api.send("POST", `/runs/${run}/cancel`, {});
  await expect(owner.getByText("No run matches")).toBeVisible();
});
