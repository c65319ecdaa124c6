import { Api } from "./fixtures/api.ts";
import { newPerson, signIn } from "./fixtures/people.ts";
import { expect, test } from "./fixtures/test.ts";
import { until } from "./stage/until.ts";

test("an API key is shown once, works within its role, and is refused within a second of its revocation", async ({
  strangerPage: page,
}) => {
  await page.goto("/settings/api-keys");
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Make the key" }).click();
  await expect(dialog.getByText("Say what the key is for.")).toBeVisible();
  await dialog.getByLabel("Name").fill("Nightly report");
  await dialog.getByLabel("Role").click();
  await page.getByRole("option", { name: "viewer" }).click();
  await dialog.getByRole("button", { name: "Make the key" }).click();
  await expect(dialog.getByText("it cannot be shown again")).toBeVisible();
  const key = (await dialog.locator("code, pre").first().innerText()).trim();
  await dialog.getByRole("button", { name: "I have copied it" }).click();

  const api = new Api(key);
  expect((await api.send("GET", "/runs")).status).toBe(200);
  expect((await api.send("POST", "/workflows", {})).status, "a viewer builds nothing").toBe(403);
  await page.reload();
  const row = page.getByRole("listitem").filter({ hasText: "Nightly report" });
  await expect(row).toBeVisible();
  await expect(row.getByText(/used /)).toBeVisible();
  expect(await page.content()).not.toContain(key);

  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke the key" }).click();
  await expect(row).toHaveCount(0);
  await until("the revoked key is refused", async () => (await api.send("GET", "/runs")).status === 401, 1_000, 50);
});

test("the organisation is renamed, and its switcher follows", async ({ strangerPage: page }) => {
  await page.goto("/settings");
  await page.getByLabel("Name", { exact: true }).fill("Renamed Works");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The name is saved", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: /Renamed Works/ })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Renamed Works");
});

test("a member's role says what they see and may do", async ({ browser, stranger, baseURL }) => {
  const guest = await newPerson("Guest's own");
  const added = await stranger.client
    .from("memberships")
    .insert({ org_id: stranger.orgId, user_id: guest.userId, role: "viewer" });
  expect(added.error).toBeNull();
  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const page = await context.newPage();
  await signIn(page, guest);
  await page.getByRole("button", { name: /Switch the organisation/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "Elsewhere" }).click();
  await page.waitForURL("**/home");
  await page.goto("/settings");
  await expect(page.getByText("API keys")).toHaveCount(0);
  await page.goto("/workflows");
  await expect(page.getByRole("heading", { level: 1, name: "Workflows" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Import" })).toHaveCount(0);
  await context.close();
});
