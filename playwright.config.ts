import { defineConfig } from "@playwright/test";
import { findChromium } from "./e2e/stage/chromium.ts";

// One real stack for all tests (e2e/global-setup.ts), one browser: the machine's own Chromium where there is one.
const executablePath = findChromium();

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  globalSetup: "./e2e/global-setup.ts",
  outputDir: "test-results/e2e",
  workers: 1,
  retries: 0,
  timeout: 240_000,
  // Generous, because a condition that holds ends the wait at once: only a failure costs this long.
  expect: { timeout: 30_000 },
  forbidOnly: true,
  use: {
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
    navigationTimeout: 45_000,
    // Snapshots of the page at each step tell what a film of it would, which costs a tenth of the processor to take.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    launchOptions: {
      ...(executablePath === null ? {} : { executablePath }),
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
