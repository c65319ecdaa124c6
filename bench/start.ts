import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "./figure.ts";

const root = join(import.meta.dirname, "..");

/** From `npm start` to its line "Baton is ready", on a new home with the pages to be built, and again on what is there then. */
export async function measureStart(): Promise<Figure[]> {
  const home = mkdtempSync(join(tmpdir(), "baton-bench-"));
  try {
    rmSync(join(root, ".next", "baton-sources"), { force: true });
    const first = await startOnce(home);
    const second = await startOnce(home);
    return [
      { name: "npm start to ready, first (new home, pages to build)", value: first, unit: "s" },
      { name: "npm start to ready, second", value: second, unit: "s" },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function startOnce(home: string): Promise<number> {
  const began = performance.now();
  const child = spawn("npm", ["start"], {
    cwd: root,
    env: { ...process.env, BATON_HOME: home, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
    // A group of its own, so that the interrupt reaches what Ctrl-C in a terminal reaches.
    detached: true,
  });
  return new Promise((resolve, reject) => {
    let seconds: number | null = null;
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      if (seconds !== null || !output.includes("Baton is ready on")) return;
      seconds = (performance.now() - began) / 1000;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    });
    child.on("close", () =>
      seconds === null ? reject(new Error(`npm start ended early:\n${output}`)) : resolve(seconds),
    );
  });
}
