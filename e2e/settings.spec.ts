import { randomUUID } from "node:crypto";
import { Api } from "./fixtures/api.ts";
import { linkInMailbox } from "./fixtures/mailbox.ts";
import { newPerson, signIn } from "./fixtures/people.ts";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures/screen.ts";
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
  const row = page.getByRole("main").getByRole("listitem").filter({ hasText: "Nightly report" });
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
  const places = page.getByRole("navigation", { name: "Settings" });
  await expect(places.getByRole("link")).toHaveText(["Organisation", "Members", "Profile"]);
  await page.goto("/workflows");
  await expect(page.getByRole("heading", { level: 1, name: "Workflows" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Import" })).toHaveCount(0);
  await context.close();
});

test("a credential is stored, told by nobody, replaced, and its deletion names the workflow that uses it", async ({
  strangerPage: page,
  stranger,
}) => {
  const secret = `sk-e2e-${randomUUID()}`;
  await page.goto("/settings/credentials");
  await expect(page.getByText("No credentials")).toBeVisible();
  await page.getByRole("button", { name: "New credential" }).click();
  await page.getByRole("button", { name: "Store the credential" }).click();
  await expect(page.getByText("Name at least one host.")).toBeVisible();
  await page.getByLabel("Name").fill("Shop");
  await page.getByLabel("Hosts").fill("api.shop.test");
  await page.getByLabel("Token").fill(secret);
  await page.getByRole("button", { name: "Store the credential" }).click();
  const row = page.getByRole("main").getByRole("listitem").filter({ hasText: "api.shop.test" });
  await expect(row.getByText("in no workflow")).toBeVisible();
  expect(await page.content()).not.toContain(secret);

  const api = new Api(stranger.accessToken);
  const imported = await api.send("POST", "/workflows", {
    schemaVersion: 1,
    name: "Order pears",
    nodes: [
      { id: "start", type: "start" },
      { id: "call", type: "http", config: { url: "https://api.shop.test/", credential: "Shop" } },
    ],
    edges: [{ id: "e", source: "start", target: "call" }],
  });
  expect(imported.status).toBe(201);
  await page.reload();
  await expect(row.getByText("in 1 workflow")).toBeVisible();
  await row.getByRole("button", { name: "Replace secret" }).click();
  await page.getByLabel("Token").fill(`${secret}-2`);
  await page.getByRole("dialog").getByRole("button", { name: "Replace the secret" }).click();
  await expect(row.getByText(/replaced/)).toBeVisible();

  await row.getByRole("button", { name: "Delete" }).click();
  const asked = page.getByRole("alertdialog");
  await expect(asked.getByText("Steps of “Order pears” use it")).toBeVisible();
  await asked.getByRole("button", { name: "Delete the credential" }).click();
  await expect(page.getByText("No credentials")).toBeVisible();
});

test("a model provider is tried, stored and put first; the page says which model answers", async ({
  strangerPage: page,
}) => {
  await page.goto("/settings/models");
  await expect(page.getByText("Agents are answered by the")).toBeVisible();
  for (const [name, model] of [
    ["House", "house-1"],
    ["Spare", "spare-1"],
  ] as const) {
    await page.getByRole("button", { name: "Add a provider" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("Default model").fill(model);
    await dialog.getByLabel("Base URL").fill("http://127.0.0.1:1/v1");
    await dialog.getByRole("button", { name: "Test the connection" }).click();
    await expect(dialog.getByRole("status")).toContainText(/reached/);
    await dialog.getByRole("button", { name: "Add the provider" }).click();
    await expect(page.getByRole("main").getByRole("listitem").filter({ hasText: model })).toBeVisible();
  }
  await expect(page.getByText("An agent that names no model is answered by house-1 of House.")).toBeVisible();
  await page.getByRole("button", { name: "Ask first" }).click();
  await expect(page.getByText("An agent that names no model is answered by spare-1 of Spare.")).toBeVisible();
});

test("somebody new is invited by mail, signs up and is a member; somebody else cannot use the link", async ({
  strangerPage: page,
  browser,
  baseURL,
  expected,
}) => {
  test.slow();
  expected.push(/403 \(Forbidden\).*accept/);
  const email = `guest-${randomUUID()}@baton.test`;
  await page.goto("/settings/members");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Role").click();
  await page.getByRole("option", { name: /approver/ }).click();
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await expect(page.getByRole("main").getByRole("listitem").filter({ hasText: email })).toContainText("sent");

  const elsewhere = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const guest = await elsewhere.newPage();
  const link = new URL(await linkInMailbox(guest, email)).pathname;
  const other = await newPerson("Other");
  await signIn(guest, other);
  await guest.goto(link);
  await expect(guest.getByText("It is for another address")).toBeVisible();
  await guest.getByRole("button", { name: "Sign in as somebody else" }).click();
  await guest.getByRole("link", { name: "Create an account" }).click();
  await guest.goto(link);
  await guest.getByRole("link", { name: "Create an account" }).click();
  await expect(guest.getByLabel("E-mail")).toHaveValue(email);
  await guest.getByLabel("Name").fill("Noor Haddad");
  await guest.getByLabel("Password").fill("quite-a-long-password");
  await guest.getByRole("button", { name: "Create the account" }).click();
  await expect(guest.getByRole("heading", { name: "Join Elsewhere" })).toBeVisible();
  await expectAccessible(guest, "invitation");
  await guest.getByRole("button", { name: "Join" }).click();
  await guest.waitForURL("**/home");
  await expect(guest.getByRole("button", { name: /Elsewhere/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("main").getByRole("listitem").filter({ hasText: "Noor Haddad" })).toContainText(
    "approver",
  );
  await expect(page.getByText("Nobody is invited at the moment.")).toBeVisible();

  await guest.goto(link);
  await expect(guest.getByText("This invitation is over")).toBeVisible();
  await guest.goto("/settings");
  await guest.getByRole("button", { name: "Leave" }).click();
  await guest.getByRole("alertdialog").getByRole("button", { name: "Leave the organisation" }).click();
  await guest.waitForURL("**/welcome");
  await elsewhere.close();
});

test("the last owner cannot leave, and is told what to do", async ({ strangerPage: page, expected }) => {
  expected.push(/409 \(Conflict\).*leave/);
  await page.goto("/settings");
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave the organisation" }).click();
  await expect(page.getByText("You are the last owner.").first()).toBeVisible();
});

test("name and password are one's own to change; signing out everywhere ends this session too", async ({
  strangerPage: page,
  stranger,
  expected,
}) => {
  expected.push(/400 \(Bad Request\).*\/auth\/v1\/token/);
  await page.goto("/settings/profile");
  await page.getByLabel("Your name").fill("Robin Renamed");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your name is saved").first()).toBeVisible();
  await expect(page.getByRole("button", { name: /Robin Renamed/ })).toBeVisible();

  await page.getByLabel("Present password").fill("not-the-password");
  await page.getByLabel("New password").fill("another-long-password");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("The present password is wrong")).toBeVisible();
  await page.getByLabel("Present password").fill(stranger.password);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("Your password is changed").first()).toBeVisible();

  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await page.waitForURL("**/sign-in");
  await signIn(page, { email: stranger.email, password: "another-long-password" });
  await expect(page).toHaveURL(/\/home$/);
});

for (const { theme, width } of [
  { theme: "light", width: 1280 },
  { theme: "dark", width: 380 },
] as const) {
  test(`every settings page is accessible and fits, ${theme} at ${width}`, async ({ strangerPage: page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 800 });
    for (const place of ["", "/members", "/models", "/credentials", "/limits", "/api-keys", "/profile"]) {
      await page.goto(`/settings${place}`);
      await expect(page.getByRole("heading", { level: 2 }).first()).toBeVisible();
      await expectAccessible(page, `settings${place} ${theme}`);
      await expectNoSidewaysScroll(page, `settings${place} ${theme}`);
    }
  });
}
