import type { Page } from "@playwright/test";
import { z } from "zod";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";
import { framesDuring, launchBrowser, signIn } from "./browser.ts";
import { type Figure, percentile, spread } from "./figure.ts";
import { type Product, startProduct } from "./product.ts";

const opens = 5;
const places = 120;
const outer = 40;
const inner = 90;

/** The page of a run of more than 10,000 events in the built product: opening it, going back in it, and watching one like it happen. */
export async function measureMonitor(): Promise<Figure[]> {
  const product = await startProduct();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await signIn(page, product);
    return await measureRunPage(page, product);
  } finally {
    await browser.close();
    await product.stop();
  }
}

/** The same on a product that stands. */
export async function measureRunPage(page: Page, product: Pick<Product, "url" | "call">): Promise<Figure[]> {
  const { id: workflow } = z.object({ id: z.string() }).parse(await product.call("POST", "/workflows", nestedLoops(0)));
  const run = await start(product, workflow);
  await until(product, run, (status) => status === "completed");
  const opened: number[] = [];
  for (let i = 0; i < opens + 1; i++) {
    const took = await open(page, `${product.url}/runs/${run}`);
    if (i > 0) opened.push(took);
  }
  const events = await countOf(page);
  const scrubbed = await scrub(page, events);
  const dragged = await drag(page);
  return [
    { name: "events of the run", value: events, unit: "" },
    {
      name: `${events} events: from the request to a page that can be used, p50`,
      value: percentile(opened, 0.5),
      unit: "ms",
    },
    ...spread(`${events} events: from a jump of the scrubber to the screen`, scrubbed),
    ...spread(`${events} events: frame while the scrubber is dragged`, dragged),
    ...(await live(page, product)),
  ];
}

/** A loop in a loop: 3,600 executions of three steps, after a wait in which the page can be opened. */
function nestedLoops(waitMs: number): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "Ten thousand events",
    nodes: [
      { id: "start", type: "start" },
      { id: "pause", type: "wait", name: "Wait", config: { mode: "duration", durationMs: Math.max(1, waitMs) } },
      { id: "days", type: "loop", name: "Each day", config: { mode: "times", times: outer } },
      {
        id: "open",
        type: "transform",
        parentId: "days",
        name: "Open the books",
        config: { value: "{{ loop.index }}" },
      },
      { id: "rows", type: "loop", parentId: "days", name: "Each row", config: { mode: "times", times: inner } },
      { id: "read", type: "transform", parentId: "rows", name: "Read", config: { value: "{{ loop.index }}" } },
      { id: "check", type: "transform", parentId: "rows", name: "Check", config: { value: "{{ read.outputs + 1 }}" } },
      { id: "post", type: "transform", parentId: "rows", name: "Post", config: { value: "{{ check.outputs * 2 }}" } },
      { id: "done", type: "output", config: { value: "done" } },
    ],
    edges: [
      { id: "s", source: "start", target: "pause" },
      { id: "a", source: "pause", target: "days" },
      { id: "b", source: "open", target: "rows" },
      { id: "c", source: "read", target: "check" },
      { id: "d", source: "check", target: "post" },
      { id: "e", source: "days", target: "done" },
    ],
  };
}

async function start(product: Pick<Product, "call">, workflow: string): Promise<string> {
  return z.object({ id: z.string() }).parse(await product.call("POST", `/workflows/${workflow}/runs`, { input: {} }))
    .id;
}

async function until(product: Pick<Product, "call">, run: string, holds: (status: string) => boolean): Promise<void> {
  const end = Date.now() + 120_000;
  while (Date.now() < end) {
    const { status } = z.object({ status: z.string() }).parse(await product.call("GET", `/runs/${run}`));
    if (holds(status)) return;
    if (status === "failed") throw new Error("the run to look at failed");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error("the run to look at did not end in two minutes");
}

const slider = (page: Page) => page.getByLabel("Event that is looked at");

async function countOf(page: Page): Promise<number> {
  return Number(await slider(page).getAttribute("max"));
}

/** Milliseconds from the request to a whole run on the screen in a page that is free to answer. */
async function open(page: Page, url: string): Promise<number> {
  await page.goto("about:blank");
  const began = Date.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator("[data-run-status=completed]").waitFor();
  await page.locator("[data-step=days]").waitFor();
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(), 0))),
  );
  return Date.now() - began;
}

/** Jumps all over the run, by the slider itself: from its event to the frame in which the page shows that moment. */
async function scrub(page: Page, events: number): Promise<number[]> {
  return slider(page).evaluate(
    async (input, { count, jumps }) => {
      const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
      const times: number[] = [];
      for (let jump = 0; jump < jumps; jump++) {
        // Steps of the golden ratio go everywhere, far and near.
        const to = 1 + Math.floor(((jump * 0.618_034) % 1) * (count - 2));
        await new Promise((resolve) => setTimeout(resolve, 40));
        const began = performance.now();
        write?.set?.call(input, String(to));
        input.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(), 0)));
        times.push(performance.now() - began);
        if (input.getAttribute("aria-valuetext") !== `Event ${to} of ${count}`)
          throw new Error(`the page does not show event ${to} but ${input.getAttribute("aria-valuetext")}`);
      }
      return times;
    },
    { count: events, jumps: places },
  );
}

/** The pointer drags the slider from one end to the other and back. */
async function drag(page: Page): Promise<number[]> {
  const box = await slider(page).boundingBox();
  if (box === null) throw new Error("the scrubber is not on the screen");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + 4, y);
  await page.mouse.down();
  const times = await framesDuring(page, async () => {
    for (let i = 0; i <= places; i++) {
      const part = 1 - Math.abs(1 - (2 * i) / places);
      await page.mouse.move(box.x + 4 + (box.width - 8) * part, y);
    }
  });
  await page.mouse.up();
  return times;
}

/** Frames while a run of that length happens before one's eyes. */
async function live(page: Page, product: Pick<Product, "url" | "call">): Promise<Figure[]> {
  const answer = await product.call("POST", "/workflows", nestedLoops(8_000));
  const run = await start(product, z.object({ id: z.string() }).parse(answer).id);
  await page.goto(`${product.url}/runs/${run}`);
  await page.locator("[data-step=pause]").waitFor();
  const times = await framesDuring(page, async () => {
    await page.locator("[data-run-status=completed]").waitFor({ timeout: 120_000 });
  });
  return spread("frame while such a run happens", times);
}
