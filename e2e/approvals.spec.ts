import type { Page } from "@playwright/test";
import { approvalPageSchema, linkAnswerSchema } from "../contracts/api/approval.ts";
import { Api } from "./fixtures/api.ts";
import { newPerson } from "./fixtures/people.ts";
import { place } from "./fixtures/place.ts";
import { expectAccessible } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { live } from "./fixtures/watch-page.ts";
import { asking, yesOrNo } from "./fixtures/workflow-files.ts";

/** A run that waits for an answer to `title`. */
async function ask(api: Api, title: string, config: Record<string, unknown> = {}, more = {}) {
  const workflow = await api.importWorkflow(asking(`About ${title}`, { title, options: yesOrNo, ...config }, more));
  const run = await api.start(workflow);
  return { workflow, run, approval: await api.approvalOf(run) };
}

const line = (page: Page, title: string) =>
  page.getByRole("list", { name: "Approvals" }).getByText(title, { exact: true });
const open = (page: Page, title: string) => page.getByRole("article", { name: title, exact: true });

/** Other tests leave nothing behind here: what waits from before is answered. */
test.beforeEach(async ({ api }) => {
  const { items } = await api.call("GET", "/approvals?status=pending&limit=200", approvalPageSchema);
  for (const each of items)
    await api.decide(each.id, each.options.find(({ kind }) => kind === "reject")?.id ?? "reject");
});

test("a request appears in the inbox and in the count by itself", async ({ api, owner }) => {
  await owner.goto("/approvals");
  await live(owner);
  await expect(owner.getByText("Nothing waits for a decision")).toBeVisible();
  await ask(api, "Buy the crane", { description: "It costs **40,000**.", urgency: "high", recommended: "approve" });
  await expect(line(owner, "Buy the crane")).toBeVisible();
  await expect(owner.getByRole("link", { name: /Approvals\s*1/ })).toBeVisible();
  await expect(open(owner, "Buy the crane").getByText("high urgency")).toBeVisible();
  await expect(open(owner, "Buy the crane").getByText("The agents recommend: Approve")).toBeVisible();
});

test("J and K move, A approves with a comment, R rejects, and typing decides nothing", async ({ api, owner }) => {
  const first = await ask(api, "First question");
  const second = await ask(api, "Second question");
  await owner.goto("/approvals");
  await live(owner);
  await expect(open(owner, "Second question")).toBeVisible();
  await owner.keyboard.press("j");
  await expect(open(owner, "First question")).toBeVisible();
  await owner.keyboard.press("k");
  await expect(open(owner, "Second question")).toBeVisible();

  const comment = owner.getByLabel("Comment");
  await comment.fill("");
  await comment.pressSequentially("a rare jackal");
  await expect(open(owner, "Second question")).toBeVisible();
  await owner.getByRole("heading", { name: "Second question" }).click();
  await owner.keyboard.press("a");
  const approved = await api.runIn(second.run, "completed");
  expect(approved.output).toMatchObject({ decision: "approve", comment: "a rare jackal" });

  await expect(open(owner, "First question")).toBeVisible();
  await owner.keyboard.press("r");
  expect((await api.runIn(first.run, "completed")).output).toMatchObject({ decision: "reject" });
  await expect(owner.getByText("Nothing waits for a decision")).toBeVisible();

  await owner.getByText("Done", { exact: true }).click();
  await line(owner, "Second question").first().click();
  await expect(open(owner, "Second question").getByLabel("Decision")).toContainText("a rare jackal");
  await expect(owner).toHaveURL(/\?show=done$/);
  await owner.reload();
  await expect(open(owner, "Second question").getByLabel("Decision")).toContainText("a rare jackal");
  await expect(owner.getByRole("radio", { name: "Done" })).toBeChecked();
});

test("required fields are asked for before a decision leaves, and arrive typed", async ({ api, owner }) => {
  const { run } = await ask(api, "How much", {
    fields: [
      { name: "amount", label: "Amount", type: "number", required: true },
      { name: "note", label: "Note", type: "string", required: false },
    ],
  });
  await owner.goto("/approvals");
  await owner.getByRole("button", { name: /^Approve/ }).click();
  await expect(owner.getByText("This is needed to decide.")).toBeVisible();
  await owner.getByLabel("Amount").fill("a lot");
  await owner.getByRole("button", { name: /^Approve/ }).click();
  await expect(owner.getByText("This must be a number.")).toBeVisible();
  expect((await api.run(run)).status).toBe("waiting");
  await owner.getByLabel("Amount").fill("1250.5");
  await owner.getByRole("button", { name: /^Approve/ }).click();
  expect((await api.runIn(run, "completed")).output).toMatchObject({ fields: { amount: 1250.5 } });
});

test("a request is handed on: it says who gave it away and why", async ({ stranger, strangerPage: page }) => {
  const colleague = await newPerson("A colleague's own");
  const membership = { org_id: stranger.orgId, user_id: colleague.userId, role: "approver" };
  expect((await stranger.client.from("memberships").insert(membership)).error).toBeNull();
  await ask(new Api(stranger.accessToken), "Not mine to say");
  await page.goto("/approvals");
  await page.getByRole("button", { name: "Hand on" }).click();
  const dialog = page.getByRole("dialog", { name: "Hand this request on" });
  await dialog.getByLabel("To").click();
  await page.getByRole("option", { name: colleague.name }).click();
  await dialog.getByLabel("Why").fill("You know the harbour.");
  await expectAccessible(page, "hand on");
  await dialog.getByRole("button", { name: "Hand on" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`${colleague.name} is asked now`, { exact: true })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(`Handed on by ${stranger.email}`);
  await expect(page.getByRole("main")).toContainText("You know the harbour.");
});

test("what somebody else decides meanwhile is shown, with who it was", async ({ api, owner, expected }) => {
  expected.push(/409 \(Conflict\)/);
  const { approval } = await ask(api, "Raced");
  await owner.goto(`/approvals/${approval.id}`);
  await expect(open(owner, "Raced")).toBeVisible();
  await live(owner);
  await api.decide(approval.id, "reject", { comment: "too late for you" });
  await expect(open(owner, "Raced").getByLabel("Decision")).toContainText("Reject by BATON_API_KEY");
  await expect(open(owner, "Raced").getByLabel("Decision")).toContainText("too late for you");
  await expect(owner.getByRole("button", { name: /^Approve/ })).toHaveCount(0);
});

test("a signed link shows and never decides when it is opened, by a scanner either", async ({
  api,
  browser,
  request,
}) => {
  const { run, approval } = await ask(api, "By link");
  const { url } = await api.call("POST", `/approvals/${approval.id}/link`, linkAnswerSchema, {});
  // A mail scanner: follows the link by GET and HEAD, then opens it in a browser, runs its scripts and follows what it finds.
  expect((await request.get(url)).status()).toBe(200);
  await request.head(url);
  const token = new URL(url).pathname.split("/").at(-1);
  expect((await request.get(`/api/v1/approval-links/${token}`)).status()).toBe(200);
  expect((await request.get(`/api/v1/approval-links/${token}/decision`)).ok()).toBe(false);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await expect(open(page, "By link")).toBeVisible();
  for (const link of await page.getByRole("link").all()) {
    const address = await link.getAttribute("href");
    if (address !== null) await request.get(new URL(address, url).href, { failOnStatusCode: false });
  }
  expect((await api.run(run)).status).toBe("waiting");

  await page.getByRole("button", { name: /^Approve/ }).click();
  await expect(page.getByText("Your decision was taken.")).toBeVisible();
  await context.close();
  await api.runIn(run, "completed");

  const late = await request.post(`/api/v1/approval-links/${token}/decision`, { data: { decision: "reject" } });
  expect(late.status(), "a decision counts once").toBe(409);
});

test("a link to something irreversible asks for a sign-in first", async ({ api, page, expected }) => {
  expected.push(/401 \(Unauthorized\)|403 \(Forbidden\)/);
  const { run, approval } = await ask(api, "No way back", {}, { irreversible: true });
  const { url } = await api.call("POST", `/approvals/${approval.id}/link`, linkAnswerSchema, {});
  await page.goto(url);
  await expect(page.getByText(/cannot be undone, so it needs you to sign in/)).toBeVisible();
  await expect(page.getByRole("button", { name: /^Approve/ })).toHaveCount(0);
  expect((await api.run(run)).status).toBe("waiting");
});

test("a forged, cut or foreign link opens nothing", async ({ page, expected }) => {
  expected.push(/40[0-9] \(/);
  await page.goto("/a/not-a-real-token");
  await expect(page.getByText("This link does not open anything")).toBeVisible();
});

test("what cannot be undone asks a second time, by key as well, and turning it down does not", async ({
  api,
  owner,
}) => {
  const { run } = await ask(api, "Wire the money", {}, { irreversible: true });
  await owner.goto("/approvals");
  await expect(open(owner, "Wire the money").getByText("cannot be undone")).toBeVisible();
  await owner.getByRole("heading", { name: "Wire the money" }).click();
  await owner.keyboard.press("a");
  const question = owner.getByRole("alertdialog");
  await expect(question).toContainText("This cannot be undone");
  expect((await api.run(run)).status).toBe("waiting");
  await owner.keyboard.press("Escape");
  await expect(question).toBeHidden();
  expect((await api.run(run)).status).toBe("waiting");
  await owner.getByRole("button", { name: /^Approve/ }).click();
  await question.getByRole("button", { name: "Approve" }).click();
  expect((await api.runIn(run, "completed")).output).toMatchObject({ decision: "approve" });
});

test("two people decide at once: both see one decision and who made it", async ({
  api,
  owner,
  ownerState,
  browser,
  expected,
}) => {
  expected.push(/409 \(Conflict\)/);
  const { run, approval } = await ask(api, "Decided twice");
  const other = await browser.newContext({ baseURL: place().url, storageState: ownerState });
  const second = await other.newPage();
  const first = owner;
  for (const page of [first, second]) {
    await page.goto(`/approvals/${approval.id}`);
    await live(page);
    await expect(open(page, "Decided twice")).toBeVisible();
  }
  await first.getByLabel("Comment").fill("from the first");
  await second.getByLabel("Comment").fill("from the second");
  await Promise.all([
    first.getByRole("button", { name: /^Approve/ }).click(),
    second.getByRole("button", { name: /^Reject/ }).click(),
  ]);
  const ended = await api.runIn(run, "completed");
  const { decision, comment } = ended.output as { decision: string; comment: string };
  expect([decision, comment]).toEqual(
    decision === "approve" ? ["approve", "from the first"] : ["reject", "from the second"],
  );
  const journal = await api.journal(run);
  expect(journal.filter((event) => event.type === "approval-decided")).toHaveLength(1);
  for (const page of [first, second]) {
    await page.goto(`/approvals/${approval.id}`);
    await expect(open(page, "Decided twice").getByLabel("Decision")).toContainText(/by \S+/);
    await expect(open(page, "Decided twice").getByLabel("Decision")).toContainText(comment);
  }
  await other.close();
});
