import { z } from "zod";
import { Api } from "./fixtures/api.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { workflowFile } from "./fixtures/workflow-files.ts";

test("an agent is registered, named in a step, counted, and does not break workflows unseen", async ({
  strangerPage: page,
  stranger,
}) => {
  await page.goto("/agents");
  await expect(page.getByText("No agents yet")).toBeVisible();
  await page.getByRole("button", { name: "New agent" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Register the agent" }).click();
  await expect(dialog.getByText("Needs a name.")).toBeVisible();
  await dialog.getByLabel("Name", { exact: true }).fill("Harbour reader");
  await dialog.getByLabel("Able to").fill("read, summarise");
  await dialog.getByLabel("Instructions").fill("You read what harbours write.");
  await dialog.getByRole("switch", { name: "It answers with" }).click();
  await expectAccessible(page, "new-agent");
  await dialog.getByRole("button", { name: "Register the agent" }).click();
  await page.waitForURL(/\/agents\/[0-9a-f-]{36}$/);
  const agentUrl = page.url();
  const agentId = agentUrl.split("/").at(-1) ?? "";
  await expect(page.getByRole("heading", { level: 1, name: "Harbour reader" })).toBeVisible();
  await expect(page.getByText("In no workflow yet.")).toBeVisible();

  const api = new Api(stranger.accessToken);
  const file = workflowFile(
    "Read the harbour",
    [
      { id: "start", type: "start" },
      {
        id: "read",
        type: "agent",
        name: "Read it",
        config: { agent: { id: agentId, version: null }, prompt: "What is new?" },
      },
    ],
    [["start", "read"]],
  );
  const workflow = await api.importWorkflow(file);
  const run = await api.runIn(await api.start(workflow), "completed");
  const usage = z.array(z.object({ agent: z.object({ name: z.string() }) }));
  expect(usage.parse(run.steps.find(({ node }) => node === "read")?.usage)[0]?.agent.name).toBe("Harbour reader");

  await page.reload();
  await expect(page.getByText("100 %")).toBeVisible();
  await expect(page.getByRole("link", { name: "Read the harbour" }).first()).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, `agent-${colorScheme}`);
  }
  await page.setViewportSize({ width: 380, height: 820 });
  await expectNoSidewaysScroll(page, "agent-380");
  await page.setViewportSize({ width: 1280, height: 800 });

  // Free text in place of its fields: the workflow that follows it is named before anything is saved.
  await page.getByRole("switch", { name: "It answers with" }).click();
  await page.getByRole("button", { name: "Save as version 2" }).click();
  const breaks = page.getByRole("dialog", { name: "This contract breaks workflows" });
  await expect(breaks.getByRole("link", { name: "Read the harbour" }).first()).toBeVisible();
  await expectAccessible(page, "agent-breaks");
  await breaks.getByRole("button", { name: "Keep the old contract" }).click();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByLabel("Description").fill("Reads the harbour's letters.");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("The agent is saved", { exact: true })).toBeVisible();

  await page.goto(`/workflows/${workflow}/edit`);
  await page.getByTestId("node-read").click();
  await expect(page.getByLabel("Registered agent")).toHaveText("Harbour reader");
  await page.getByLabel("Version of the agent").click();
  await page.getByRole("option", { name: "v1" }).click();
  await expect(page.getByText("registered agent · v1")).toBeVisible();
  await expect(page.getByText(/^Saved ·/)).toBeVisible();
  await page.goto(agentUrl);
  await expect(page.getByText("newest", { exact: true })).toHaveCount(1);
});
