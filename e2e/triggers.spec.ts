import { z } from "zod";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { workflowFile } from "./fixtures/workflow-files.ts";

const madeSchema = z.object({ trigger: z.object({ id: z.uuid() }), url: z.string() });

function adding(name: string): object {
  const file = workflowFile(
    name,
    [
      { id: "start", type: "start" },
      { id: "result", type: "output", config: { value: "{{ input.n + 1 }}" } },
    ],
    [["start", "result"]],
  );
  return {
    ...file,
    input: { type: "object", properties: { n: { type: "number", title: "A number" } }, required: ["n"] },
  };
}

test("a webhook is made, its secrets are shown once, and what it starts is listed and delivered again", async ({
  owner,
  api,
}) => {
  const id = await api.importWorkflow(adding("Hooked"));
  await owner.goto(`/workflows/${id}`);
  await owner.getByRole("link", { name: "Triggers" }).click();
  await expect(owner.getByText("Nothing starts this workflow by itself")).toBeVisible();
  await expectAccessible(owner, "triggers, empty");
  await owner.getByRole("button", { name: "New trigger" }).click();
  const dialog = owner.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Orders");
  await dialog.getByRole("combobox", { name: "Requests are proved by" }).click();
  await owner.getByRole("option", { name: "Nothing but the address" }).click();
  await expectAccessible(owner, "new trigger");
  await dialog.getByRole("button", { name: "Make the trigger" }).click();
  const address = (await dialog.locator("pre").first().textContent()) ?? "";
  expect(address).toMatch(/\/api\/hooks\/bt_/);
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await owner.getByRole("button", { name: "More for Orders" }).click();
  await owner.getByRole("menuitem", { name: "Set or rotate the secret…" }).click();
  await dialog.getByLabel("Signing secret").fill("too short");
  await expect(dialog.getByText("At least 16 characters.")).toBeVisible();
  await dialog.getByLabel("Signing secret").fill("whsec_of_the_sender_1");
  await expectAccessible(owner, "secret of a webhook");
  await dialog.getByRole("button", { name: "Set the secret" }).click();
  await expect(dialog.locator("pre")).toHaveText("whsec_of_the_sender_1");
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  const answer = await fetch(new URL(new URL(address).pathname, owner.url()), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"n": 1}',
  });
  expect(answer.status).toBe(202);
  await owner.getByRole("button", { name: "Recent deliveries" }).click();
  const list = owner.getByRole("list", { name: "Deliveries of Orders" });
  await expect(list.getByText("Run started")).toHaveCount(1);
  await list.getByRole("button", { name: "Deliver again" }).click();
  await expect(list.getByText("Run started")).toHaveCount(2);
  await expectAccessible(owner, "deliveries");
  await owner.getByRole("switch", { name: "Orders is on" }).click();
  await expect(owner.getByText("Paused", { exact: true })).toBeVisible();
  await owner.setViewportSize({ width: 390, height: 800 });
  await expectNoSidewaysScroll(owner, "triggers, narrow");
});

test("a schedule shows when it fires next, and says what is wrong with one that cannot", async ({
  owner,
  api,
  expected,
}) => {
  expected.push(/422/);
  const id = await api.importWorkflow(adding("On time"));
  await owner.goto(`/workflows/${id}/triggers`);
  await owner.getByRole("button", { name: "New trigger" }).click();
  const dialog = owner.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Schedule" }).click();
  await dialog.getByLabel("Name").fill("Mornings");
  await dialog.getByLabel("Time zone").fill("Europe/Berlin");
  await expect(dialog.getByText(/Next: .*09:00/)).toBeVisible();
  await dialog.getByLabel("Cron expression").fill("0 0 31 2 *");
  await expect(dialog.getByText("it never fires")).toBeVisible();
  await dialog.getByLabel("Cron expression").fill("30 7 * * MON");
  await expect(dialog.getByText(/Next: Mon.*07:30/)).toBeVisible();
  await expectAccessible(owner, "new schedule");
  await dialog.getByRole("button", { name: "Make the trigger" }).click();
  await expect(owner.getByRole("heading", { name: "Mornings" })).toBeVisible();
  await expect(owner.getByText(/Next Mon.*07:30/)).toBeVisible();

  await owner.getByRole("button", { name: "More for Mornings" }).click();
  await owner.getByRole("menuitem", { name: "Edit…" }).click();
  await expect(dialog.getByLabel("Cron expression")).toHaveValue("30 7 * * MON");
  await dialog.getByLabel("Name").fill("Evenings");
  await dialog.getByLabel("Cron expression").fill("15 19 * * TUE");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByRole("heading", { name: "Evenings" })).toBeVisible();
  await expect(owner.getByText(/Next Tue.*19:15/)).toBeVisible();
});

test("whoever has a form's address sends it without an account, and gets a reference", async ({ api, page }) => {
  const id = await api.importWorkflow(adding("Asked by form"));
  const body = { kind: "form", name: "Ask", enabled: true, config: { thanks: "We will be in touch." } };
  const { url } = await api.call("POST", `/workflows/${id}/triggers`, madeSchema, body);
  await page.goto(new URL(url).pathname);
  await expect(page.getByRole("heading", { name: "Asked by form" })).toBeVisible();
  await expectAccessible(page, "form");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("It was sent.")).toHaveCount(0);
  await page.getByLabel("A number").fill("41");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("We will be in touch.")).toBeVisible();
  const reference = (await page.locator("pre").textContent()) ?? "";
  expect((await api.runIn(reference, "completed")).output).toBe(42);
  await expectAccessible(page, "form, sent");
});
