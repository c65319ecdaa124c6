import { chromium, type Page } from "@playwright/test";
import type { RunEvent } from "../engine/run/event.ts";
import { type Figure, spread } from "./figure.ts";
import { chain, type Product, startProduct, ticker } from "./product.ts";

const samples = 100;
const ticks = 150;
const tickMs = 100;

/** Idle latencies: from the request to the first step, and from a step's end to its showing on the run page in Chromium. */
export async function measureLatency(): Promise<Figure[]> {
  const product = await startProduct();
  try {
    return [...(await requestToFirstStep(product)), ...(await stepToBrowser(product))];
  } finally {
    await product.stop();
  }
}

async function eventsOf(product: Product, run: string): Promise<RunEvent[]> {
  const page = (await product.call("GET", `/runs/${run}/events?limit=1000`)) as { events: RunEvent[] };
  return page.events;
}

async function requestToFirstStep(product: Product): Promise<Figure[]> {
  const id = await product.importWorkflow(chain(1));
  const taken: number[] = [];
  for (let i = 0; i < samples + 20; i++) {
    const began = Date.now();
    const run = (await product.call("POST", `/workflows/${id}/runs?wait=10`, { input: { n: 1 } })) as { id: string };
    const first = (await eventsOf(product, run.id)).find((event) => event.type === "step-completed");
    if (first === undefined) throw new Error("the run has no step");
    if (i >= 20) taken.push(first.at - began);
  }
  return spread("request to first step ended, idle", taken);
}

/** Notes when the page's own count of steps done first shows each number. */
async function watchCount(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    Object.assign(window, { seenCounts: seen });
    const label = [...document.querySelectorAll("dt")].find((each) => each.textContent === "Steps done");
    const look = (): void => {
      seen[label?.nextElementSibling?.textContent ?? ""] ??= Date.now();
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

async function stepToBrowser(product: Product): Promise<Figure[]> {
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
    ],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`${product.url}/sign-in`);
    await page.getByLabel("E-mail").fill(product.email);
    await page.getByLabel("Password", { exact: true }).fill(product.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    const id = await product.importWorkflow(ticker(ticks, tickMs));
    const run = (await product.call("POST", `/workflows/${id}/runs`, { input: {} })) as { id: string };
    await page.goto(`${product.url}/runs/${run.id}`);
    await page.getByText("Steps done").waitFor();
    await watchCount(page);
    // The start counts as one step, and the loop itself as the last.
    const all = String(ticks + 2);
    await page.waitForFunction((last) => last in (window as unknown as { seenCounts: object }).seenCounts, all, {
      timeout: 90_000,
    });
    const seen = await page.evaluate(() => (window as unknown as { seenCounts: Record<string, number> }).seenCounts);
    const fired = (await eventsOf(product, run.id)).filter((event) => event.type === "timer-fired");
    const taken = fired.flatMap((event, index) => {
      const shown = seen[String(index + 2)];
      return shown === undefined ? [] : [shown - event.at];
    });
    // The first were there before the page was.
    return spread("step end to its showing in the browser, idle", taken.slice(Math.floor(taken.length / 3)));
  } finally {
    await browser.close();
  }
}
