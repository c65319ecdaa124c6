import { type Browser, chromium, type Page } from "@playwright/test";
import type { Product } from "./product.ts";

/** The machine's Chromium, with nothing going on in it but the page that is measured. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
    ],
  });
}

export async function signIn(page: Page, product: Pick<Product, "url" | "email" | "password">): Promise<void> {
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("E-mail").fill(product.email);
  await page.getByLabel("Password", { exact: true }).fill(product.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** Times between frames in the page while something goes on, in ms. */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { frameTimes: times, frameStop: false });
    let last = performance.now();
    const tick = (now: number): void => {
      times.push(now - last);
      last = now;
      if (!(window as unknown as { frameStop: boolean }).frameStop) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await act();
  return page.evaluate(() => {
    Object.assign(window, { frameStop: true });
    // The first frames belong to what was going on before.
    return (window as unknown as { frameTimes: number[] }).frameTimes.slice(3);
  });
}
