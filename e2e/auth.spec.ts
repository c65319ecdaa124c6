import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { linkInMailbox } from "./fixtures/mailbox.ts";
import { newPerson, signIn } from "./fixtures/people.ts";
import { place } from "./fixtures/place.ts";
import { expect, test } from "./fixtures/test.ts";

/** What the page was just reading when its session ended is refused. */
const readingsUnderWay = /401 \(Unauthorized\).*\/rest\/v1\//;
const refusedSignIn = /400 \(Bad Request\).*\/auth\/v1\/token/;

test("somebody new signs up, names an organisation, signs out and in again", async ({ page, expected }) => {
  expected.push(readingsUnderWay);
  const email = `new-${randomUUID()}@baton.test`;
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByRole("link", { name: "Create an account" }).click();

  await page.getByRole("button", { name: "Create the account" }).click();
  await expect(page.getByText("Enter your e-mail address.")).toBeVisible();
  await page.getByLabel("Name").fill("Ada Okafor");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("a-long-password");
  await page.getByRole("button", { name: "Create the account" }).click();

  await page.waitForURL("**/welcome");
  await page.getByLabel("Name").fill("Harbour Works");
  await page.getByRole("button", { name: "Create the organisation" }).click();
  await page.waitForURL("**/home");
  await expect(page.getByText("Welcome, Ada")).toBeVisible();
  await expect(page.getByRole("button", { name: /Harbour Works/ })).toBeVisible();

  await signOut(page, "Ada Okafor");
  await page.goto("/runs");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fruns/);

  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("a-long-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/runs");
  await expect(page.getByText("No runs yet")).toBeVisible();
});

test("a wrong password and an unknown address are refused in the same words", async ({ page, expected }) => {
  expected.push(refusedSignIn);
  for (const email of [place().owner.email, `nobody-${randomUUID()}@baton.test`]) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not-the-password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "E-mail or password is wrong" })).toBeVisible();
  }
});

test("a forgotten password is replaced by a link from the mailbox, which works once", async ({ page, expected }) => {
  expected.push(refusedSignIn, readingsUnderWay, /40[013] .*\/auth\/v1\/verify/);
  const person = await newPerson();
  await page.goto("/forgot-password");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByText("Look into your mail")).toBeVisible();

  const link = await linkInMailbox(page, person.email);
  await page.goto(link);
  await page.getByLabel("New password").fill("another-long-password");
  expect(new URL(page.url()).search, "the spent code stays out of the history").toBe("");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.waitForURL("**/home");

  await page.context().clearCookies();
  await page.goto(link);
  await page.getByLabel("New password").fill("a-thief-s-password");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText("This link does not work any more")).toBeVisible();

  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("E-mail or password is wrong")).toBeVisible();
  await signIn(page, { email: person.email, password: "another-long-password" });
  await expect(page).toHaveURL(/\/home$/);
});

for (const next of [
  "//evil.example/",
  "/\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "/\t/evil.example",
]) {
  test(`after signing in, next=${JSON.stringify(next)} leads home`, async ({ page }) => {
    await signIn(page, place().owner, next);
    await expect(page).toHaveURL(`${place().url}/home`);
  });
}

test("pages carry the policy and the usual headers, with a nonce of their own", async ({ request }) => {
  const nonces = new Set<string>();
  for (const path of ["/sign-in", "/sign-in", "/sign-up", "/forgot-password", "/mailbox"]) {
    const headers = (await request.get(path)).headers();
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
    nonces.add(/'nonce-([^']+)'/.exec(policy)?.[1] ?? "none");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["referrer-policy"]).toBeTruthy();
    expect(headers["x-powered-by"]).toBeUndefined();
  }
  expect(nonces.size, "a nonce each").toBe(5);
  expect((await request.get("/reset-password")).headers()["referrer-policy"]).toBe("no-referrer");
});

async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(name) }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
}
