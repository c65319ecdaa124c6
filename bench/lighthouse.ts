import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import lighthouse, { desktopConfig } from "lighthouse";
import { type Figure, percentile } from "./figure.ts";
import { type Product, startProduct } from "./product.ts";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";

const pages = ["workflows", "runs", "approvals"];
const workflows = 12;
const runs = 30;

/** Lighthouse on the built product, signed in, with an organisation that has work: as on a desktop, and as on a slow phone. */
export async function measureLighthouse({ quick }: { quick: boolean }): Promise<Figure[]> {
  const product = await startProduct();
  const port = await freePort();
  const profile = mkdtempSync(join(tmpdir(), "baton-lighthouse-"));
  // A profile of its own and no context beside it: Lighthouse opens its pages in the browser's own.
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--remote-debugging-port=${port}`,
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
    ],
  });
  try {
    await fill(product);
    await signIn(await browser.newPage(), product);
    const figures: Figure[] = [];
    for (const device of ["desktop", "phone"] as const) {
      for (const page of pages) {
        figures.push(...(await measure(`${product.url}/${page}`, { page, device, port, rounds: quick ? 1 : 5 })));
      }
    }
    return figures;
  } finally {
    await browser.close();
    await product.stop();
    rmSync(profile, { recursive: true, force: true });
  }
}

interface Measured {
  page: string;
  device: "desktop" | "phone";
  port: number;
  rounds: number;
}

async function measure(url: string, { page, device, port, rounds }: Measured): Promise<Figure[]> {
  const samples: Record<string, number[]> = {};
  const take = (name: string, value: number) => (samples[name] ??= []).push(value);
  for (let tried = 0; (samples["performance"]?.length ?? 0) < rounds && tried < 2 * rounds; tried++) {
    const result = await lighthouse(
      url,
      { port, logLevel: "error", onlyCategories: ["performance", "accessibility"] },
      device === "desktop" ? desktopConfig : undefined,
    );
    if (result === undefined) throw new Error(`Lighthouse said nothing about ${url}.`);
    const { categories, audits, finalDisplayedUrl, environment } = result.lhr;
    if (new URL(finalDisplayedUrl).pathname !== `/${page}`) throw new Error(`${url} led to ${finalDisplayedUrl}.`);
    const scores = Object.values(categories).map(({ id, score }) => `${id} ${Math.round(100 * (score ?? 0))}`);
    console.log(`   ${page}, ${device}: ${scores.join(", ")}`);
    const { score: fast = null } = categories["performance"] ?? {};
    // A trace that was cut short has no paint and so no score: it says nothing about the page.
    if (fast === null || audits["largest-contentful-paint"]?.numericValue === undefined) continue;
    // What Lighthouse found this machine worth at that moment; below 1,000 it was slow or busy, and times are those of the machine.
    take("the machine's speed by Lighthouse", environment.benchmarkIndex);
    take("performance", Math.round(100 * fast));
    take("accessibility", Math.round(100 * (categories["accessibility"]?.score ?? 0)));
    take("largest contentful paint", audits["largest-contentful-paint"]?.numericValue ?? Number.NaN);
    take("total blocking time", audits["total-blocking-time"]?.numericValue ?? Number.NaN);
    take("cumulative layout shift ×1000", 1_000 * (audits["cumulative-layout-shift"]?.numericValue ?? Number.NaN));
    take("bytes", (audits["total-byte-weight"]?.numericValue ?? Number.NaN) / 1_024);
    for (const fault of faultsOf(result.lhr)) console.log(`   ${page}, ${device}: ${fault}`);
  }
  if (samples["performance"] === undefined) throw new Error(`Lighthouse could not trace ${url}.`);
  const units: Record<string, string> = {
    "the machine's speed by Lighthouse": "",
    performance: "of 100",
    accessibility: "of 100",
    bytes: "KiB",
  };
  return Object.entries(samples).map(([name, values]) => ({
    name: `${page}, ${device}: ${name}, median of ${rounds}`,
    value: percentile(values, 0.5),
    unit: units[name] ?? (name.startsWith("cumulative") ? "" : "ms"),
  }));
}

/** Accessibility audits that were not passed, with where. */
function faultsOf({ categories, audits }: NonNullable<Awaited<ReturnType<typeof lighthouse>>>["lhr"]): string[] {
  return (categories["accessibility"]?.auditRefs ?? [])
    .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
    .map(({ id }) => `${id}: ${JSON.stringify(audits[id]?.details).slice(0, 400)}`);
}

/** An organisation in the middle of its work. */
async function fill(product: Product): Promise<void> {
  const ids: string[] = [];
  for (let index = 0; index < workflows; index++) ids.push(await product.importWorkflow(asking(index)));
  for (let index = 0; index < runs; index++) {
    await product.call("POST", `/workflows/${ids[index % ids.length]}/runs`, { input: {} });
  }
}

function asking(index: number): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: `Purchase ${index + 1}`,
    description: "Checks an offer and asks somebody.",
    nodes: [
      { id: "start", type: "start" },
      {
        id: "ask",
        type: "approval",
        config: { title: `Buy the crane number ${index + 1}?`, description: "Three offers were compared." },
      },
      { id: "done", type: "output", config: { value: "{{ ask.outputs }}" } },
    ],
    edges: [
      { id: "e1", source: "start", target: "ask" },
      { id: "e2", source: "ask", sourcePort: "approve", target: "done" },
    ],
  };
}

async function signIn(page: Page, product: Product): Promise<void> {
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("E-mail").fill(product.email);
  await page.getByLabel("Password", { exact: true }).fill(product.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await page.close();
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
