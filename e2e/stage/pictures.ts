import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { z } from "zod";
import { Api } from "../fixtures/api.ts";
import { signIn } from "../fixtures/people.ts";
import { place } from "../fixtures/place.ts";
import { live } from "../fixtures/watch-page.ts";
import { findChromium } from "./chromium.ts";

/**
 * Takes the pictures of the README from the real product, standing as `node e2e/stage/stand.ts` puts it up, with the variables that it
 * prints: `node e2e/stage/pictures.ts`. Models are the demo's, and all that is seen was run.
 */
const folder = join(import.meta.dirname, "../../docs/pictures");
const templates = ["procurement", "deal-desk", "finance-report", "pull-request-pipeline"];

const api = new Api();
mkdirSync(folder, { recursive: true });
for (const slug of templates) await api.start(await use(slug), sample(slug));
const workflow = await use("rfp-response");
const run = await api.start(workflow, sample("rfp-response"));
await api.approvalOf(run);

const executablePath = findChromium();
const browser = await chromium.launch({
  ...(executablePath === null ? {} : { executablePath }),
  args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"],
});
const page = await browser.newPage({
  baseURL: place().url,
  viewport: { width: 1440, height: 900 },
  deviceScaleFactor: 1.5,
  reducedMotion: "reduce",
});
await signIn(page, place().owner);

await take(page, "home", "/home", () => live(page));
await take(page, "templates", "/templates", () => page.getByText("RFP response").first().waitFor());
await take(page, "editor", `/workflows/${workflow}/edit`, async () => {
  await page.getByTestId("node-analyst").click();
  await page.getByRole("region", { name: "Settings" }).waitFor();
  await page.keyboard.press("1");
  const box = await page.locator(".react-flow__pane").boundingBox();
  if (box === null) throw new Error("The canvas is not in view.");
  // Nearer, to where four specialists work side by side.
  await page.mouse.move(box.x + box.width * 0.24, box.y + box.height / 2);
  await page.keyboard.down("Control");
  for (let turn = 0; turn < 5; turn += 1) await page.mouse.wheel(0, -250);
  await page.keyboard.up("Control");
});
await take(page, "run", `/runs/${run}`, () => live(page));
await take(page, "approvals", "/approvals", () => live(page));
await page.emulateMedia({ colorScheme: "dark" });
await take(page, "run-dark", `/runs/${run}`, () => live(page));
await browser.close();

async function take(from: Page, name: string, path: string, ready: () => Promise<void>): Promise<void> {
  await from.goto(path);
  await ready();
  await from.waitForLoadState("networkidle");
  await from.screenshot({ path: join(folder, `${name}.png`) });
  process.stdout.write(`docs/pictures/${name}.png\n`);
}

async function use(slug: string): Promise<string> {
  return (await api.call("POST", `/templates/${slug}/use`, z.object({ id: z.uuid() }), {})).id;
}

function sample(slug: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, `../../templates/samples/${slug}.json`), "utf8"));
}
