import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import { startAnswerSchema } from "../contracts/api/run.ts";
import { Api } from "./fixtures/api.ts";
import { completedTwice, isUnbroken, mostAtOnce, workTimes } from "./fixtures/journal-facts.ts";
import { newPerson, signIn } from "./fixtures/people.ts";
import { expectAccessible } from "./fixtures/screen.ts";
import { expect, test } from "./fixtures/test.ts";
import { live } from "./fixtures/watch-page.ts";
import { until } from "./stage/until.ts";

const root = resolve(import.meta.dirname, "..");
const specialists = ["technical", "security", "pricing", "delivery"];
const node = (page: Page, id: string) => page.locator(`[data-node="${id}"]`);

/** A real solicitation where this machine has one beside the project, else the one that comes with the template. */
function solicitation(): string {
  const real = resolve(root, "../shared/data/rfq-tdrs.md");
  if (existsSync(real)) return readFileSync(real, "utf8");
  const sample = JSON.parse(readFileSync(resolve(root, "templates/samples/rfp-response.json"), "utf8"));
  return String(sample.solicitation);
}

interface Seen {
  mostAtOnce: number;
  counts: string[];
  streamed: number;
}

/** Watches the page from inside: how many of these steps the graph shows at work at once, what the loop counts, whether words stream in. */
async function watchFromInside(page: Page): Promise<void> {
  await page.addInitScript((ids) => {
    const seen = { mostAtOnce: 0, counts: [] as string[], streamed: 0 };
    Object.assign(window, { seen });
    const look = (): void => {
      const working = ids.filter((id) => document.querySelector(`[data-node="${id}"][data-state="running"]`) !== null);
      seen.mostAtOnce = Math.max(seen.mostAtOnce, working.length);
      const count = /\d+\/\d+/.exec(document.querySelector('[data-node="answers"]')?.textContent ?? "")?.[0];
      if (count !== undefined && seen.counts.at(-1) !== count) seen.counts.push(count);
      seen.streamed = Math.max(seen.streamed, document.querySelector("[data-streaming]")?.textContent?.length ?? 0);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, specialists);
}

const seenOn = (page: Page): Promise<Seen> => page.evaluate(() => (window as unknown as { seen: Seen }).seen);

test("a newcomer answers a solicitation: from the gallery to the document that is sent", async ({
  context,
  expected,
}) => {
  test.setTimeout(420_000);
  expected.push(/Failed to load resource|WebSocket connection|ERR_INTERNET_DISCONNECTED/);
  const newcomer = await newPerson("Harbour works");
  const api = new Api(newcomer.accessToken);
  let page = await context.newPage();
  await watchFromInside(page);
  await signIn(page, newcomer);

  // The gallery, the form, and the document from a file.
  await page.getByRole("link", { name: "Templates" }).first().click();
  await page.getByLabel("Search templates").fill("RFP");
  await page.getByRole("button", { name: "Use template RFP response" }).click();
  await page.waitForURL("**/workflows/*/edit");
  const workflow = page.url().split("/").at(-2) ?? "";
  await page.goto(`/workflows/${workflow}`);
  await page.getByRole("button", { name: "Run RFP response" }).click();
  const form = page.getByRole("dialog", { name: "Run RFP response" });
  const file = { name: "rfq.md", mimeType: "text/markdown", buffer: Buffer.from(solicitation()) };
  await form.getByLabel("Read the text from a file").first().setInputFiles(file);
  await expect(form.getByLabel("Solicitation", { exact: true })).not.toHaveValue("");
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/runs")),
    form.getByRole("button", { name: "Start the run" }).click(),
  ]);
  const runId = startAnswerSchema.parse(await answer.json()).id;
  // The demo model is quicker than a person who opens a page: the run is paused until the page stands.
  await api.send("POST", `/runs/${runId}/pause`, {});
  await page.waitForURL(`**/runs/${runId}`);
  const address = page.url();

  // Four at once on the live canvas, words as they are written.
  await seeAll(page);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect.poll(async () => (await seenOn(page)).mostAtOnce, { timeout: 90_000 }).toBe(4);
  const before = await seenOn(page);
  expect(before.streamed, "words stream in").toBeGreaterThan(0);

  // A reload, a closed tab, and a network that is gone for a while.
  await page.reload();
  await seeAll(page);
  await expect(node(page, "analyst")).toHaveAttribute("data-state", "completed");
  await page.close();
  page = await context.newPage();
  await watchFromInside(page);
  await page.goto(address);
  await seeAll(page);
  await expect.poll(async () => (await seenOn(page)).counts.length, { timeout: 90_000 }).toBeGreaterThan(0);
  await context.setOffline(true);
  await expect(page.getByRole("status").filter({ hasText: "Reconnecting" })).toBeVisible();
  const away = (await api.journal(runId)).length;
  await until("the run goes on while nobody can see it", async () => {
    const { status } = await api.run(runId);
    return status === "waiting" || (await api.journal(runId)).length > away + 20;
  });
  await context.setOffline(false);

  // At the gate nothing is missing: the branch that was taken, the loop to its end, the path that decided how long it took.
  await expect(page.getByText("waits for a decision")).toBeVisible({ timeout: 90_000 });
  await live(page);
  const total = (await api.run(runId)).steps.find((step) => step.step === "answers")?.progress?.total ?? 0;
  expect(total).toBeGreaterThan(2);
  await expect(node(page, "answers")).toContainText(`${total}/${total}`);
  await expect(node(page, "decline")).toHaveAttribute("data-state", "skipped");
  await expect(node(page, "legal")).toHaveAttribute("data-state", "waiting-person");
  await expect(page.locator('[data-row="analyst"] [data-critical]')).toBeAttached();
  await expectAccessible(page, "the run at its gate");

  // The inbox: all that is needed to decide, and the decision with words.
  await page.getByRole("link", { name: /Approvals\s*1/ }).click();
  const request = page.getByRole("article", { name: /^Legal review/ });
  await expect(request.getByText(/due/).first()).toBeVisible();
  await expect(request.getByText(/The agents recommend/)).toBeVisible();
  await expect(request.getByRole("region", { name: "Evidence" })).toContainText("redFlags");
  await expect(request.getByRole("region", { name: "Evidence" })).toContainText("complianceMatrix");
  await page.getByLabel("Comment").fill("Read and agreed. Send it before noon.");
  await page.getByRole("button", { name: /^Approve for submission/ }).click();
  // What is sent cannot be called back, so it is asked a second time.
  await page.getByRole("alertdialog").getByRole("button", { name: "Approve for submission" }).click();
  await expect(page.getByText("Nothing waits for a decision")).toBeVisible();

  // The response to read, and to take away.
  await page.goto(address);
  await expect(page.locator("[data-run-status=completed]")).toBeVisible();
  await page.getByRole("tab", { name: "Result" }).click();
  await expect(page.getByRole("heading", { name: /^Response to/ })).toBeVisible();
  await expectAccessible(page, "the result");
  const output = (await api.run(runId)).output as { response: string };
  expect(await downloadOf(page, "Download text")).toBe(output.response);
  expect(JSON.parse(await downloadOf(page, "Download JSON"))).toEqual(output);

  const events = await api.journal(runId);
  expect(isUnbroken(events)).toBe(true);
  expect(completedTwice(events)).toEqual([]);
  const times = workTimes(events);
  expect(mostAtOnce(specialists.map((step) => times.get(step)!))).toBe(4);
  expect(events.find((event) => event.type === "approval-decided")).toMatchObject({
    decision: { decision: "approve", comment: "Read and agreed. Send it before noon.", via: "app" },
  });
});

/** The page is live, with every node of the graph in view. */
async function seeAll(page: Page): Promise<void> {
  await live(page);
  await page.getByRole("button", { name: "Show the whole graph" }).click();
}

async function downloadOf(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return readFileSync(await download.path(), "utf8");
}
