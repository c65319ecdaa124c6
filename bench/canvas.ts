import type { Page } from "@playwright/test";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";
import { framesDuring, launchBrowser, signIn } from "./browser.ts";
import { type Figure, percentile, spread } from "./figure.ts";
import { startProduct } from "./product.ts";

const size = 1_000;
const opens = 5;
const frames = 180;

/** The editor with a workflow of 1,000 nodes in the built product: opening it, dragging a node, moving the canvas near and from afar. */
export async function measureCanvas(): Promise<Figure[]> {
  const product = await startProduct();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await signIn(page, product);
    const id = await product.importWorkflow(grid(size));
    const opened: number[] = [];
    for (let i = 0; i < opens + 1; i++) {
      const took = await open(page, `${product.url}/workflows/${id}/edit`);
      if (i > 0) opened.push(took);
    }
    return [
      {
        name: `${size} nodes: from the request to a canvas that can be used, p50`,
        value: percentile(opened, 0.5),
        unit: "ms",
      },
      ...spread(`${size} nodes: frame while a node is dragged`, await dragNode(page)),
      ...spread(`${size} nodes: frame while the canvas is moved`, await moveCanvas(page)),
      ...(await fromAfar(page)),
    ];
  } finally {
    await browser.close();
    await product.stop();
  }
}

/** Chains of agents side by side, forty long: as a large workflow looks, with everything on. */
function grid(count: number): WorkflowFileInput {
  const columns = 40;
  const nodes: WorkflowFileInput["nodes"] = [{ id: "start", type: "start", position: { x: 0, y: 0 } }];
  const edges: NonNullable<WorkflowFileInput["edges"]> = [];
  for (let index = 0; index < count - 1; index++) {
    const column = index % columns;
    const row = Math.floor(index / columns);
    const id = `n${index}`;
    const before = column === 0 ? "start" : `n${index - 1}`;
    const value = column === 0 ? "{{ input }}" : `{{ ${before}.outputs }}`;
    nodes.push({
      id,
      type: "transform",
      name: `Step ${row + 1}.${column + 1}`,
      position: { x: 300 + column * 300, y: row * 120 },
      config: { value },
    });
    edges.push({ id: `e${index}`, source: before, target: id });
  }
  return { schemaVersion: 1, name: "A thousand nodes", nodes, edges };
}

/** Milliseconds from the request to nodes on the screen in a page that is free to answer. */
async function open(page: Page, url: string): Promise<number> {
  await page.goto("about:blank");
  const began = Date.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.getByTestId("node-start").waitFor();
  const answered = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        requestAnimationFrame(() => setTimeout(() => resolve(Date.now()), 0));
      }),
  );
  return answered - began;
}

/** A node follows the pointer in a circle. */
async function dragNode(page: Page): Promise<number[]> {
  const box = await page.getByTestId("node-n0").boundingBox();
  if (box === null) throw new Error("the first node is not on the screen");
  const from = { x: box.x + 60, y: box.y + 20 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  const times = await framesDuring(page, async () => {
    for (let i = 0; i < frames; i++) {
      const angle = (i / 30) * Math.PI;
      await page.mouse.move(from.x + 80 * Math.sin(angle), from.y + 80 * (1 - Math.cos(angle)));
    }
  });
  await page.mouse.up();
  return times;
}

async function moveCanvas(page: Page): Promise<number[]> {
  const box = await page.getByTestId("canvas").boundingBox();
  if (box === null) throw new Error("the canvas is not on the screen");
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down({ button: "middle" });
  const times = await framesDuring(page, async () => {
    for (let i = 0; i < frames; i++)
      await page.mouse.move(middle.x - 300 * Math.sin(i / 20), middle.y - 200 * Math.sin(i / 15));
  });
  await page.mouse.up({ button: "middle" });
  return times;
}

/** The same with all of it in view. */
async function fromAfar(page: Page): Promise<Figure[]> {
  await page.getByRole("button", { name: "Show everything" }).click();
  await page.getByTestId("far-nodes").waitFor({ state: "attached" });
  const pan = await moveCanvas(page);
  return spread(`${size} nodes: frame while the canvas is moved, all of it in view`, pan);
}
