import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLog } from "./create-log.ts";

/** Always full: a device of Linux. */
const full = "/dev/full";
const source = JSON.stringify(join(import.meta.dirname, "create-log.ts"));

test("lines go to the file as they come", () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-log-"));
  const path = join(folder, "one.log");
  const descriptor = openSync(path, "a");
  const log = createLog("web", "info", descriptor);
  log.info({ runId: "r" }, "begun");
  log.fatal("ended");
  const lines = readFileSync(path, "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { name: "web", runId: "r", msg: "begun" },
    { level: 60, msg: "ended" },
  ]);
  closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

const onLinux = test.runIf(process.platform === "linux");

/** Runs a program that may hold itself up for ever, were it not ended. */
function runWith(descriptor: number, command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ["ignore", descriptor, "inherit"], timeout: 30_000, killSignal: "SIGKILL" });
}

onLinux("a full disk fails nothing and holds nothing up", () => {
  const program = `
    import { createLog } from ${source};
    const log = createLog("web", "info");
    for (let line = 0; line < 2000; line++) log.warn({ text: "x".repeat(1000) }, "a service is away");
    log.fatal("the end");
  `;
  const descriptor = openSync(full, "w");
  expect(() => runWith(descriptor, process.execPath, "--input-type=module", "-e", program)).not.toThrow();
  closeSync(descriptor);
});

onLinux.each([
  { lines: 20, kept: 20 },
  { lines: 3_000, kept: 850 },
])("once there is room, what was kept of $lines lines is written, and what comes then", ({ lines, kept }) => {
  // A limit on the size of files stands for the disk: raised in mid-life, as when somebody makes room.
  const folder = mkdtempSync(join(tmpdir(), "baton-log-"));
  const path = join(folder, "one.log");
  const program = `
    import { execFileSync } from "node:child_process";
    import { createLog } from ${source};
    process.on("SIGXFSZ", () => undefined);
    const log = createLog("web", "info");
    for (let line = 0; line < ${lines}; line++) log.warn({ line }, "x".repeat(1_000));
    execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited"]);
    for (const text of ["room again", "and on"]) log.info({ more: "x".repeat(2_000) }, text);
  `;
  const descriptor = openSync(path, "a");
  runWith(descriptor, "prlimit", "--fsize=1000:", process.execPath, "--input-type=module", "-e", program);
  closeSync(descriptor);
  const text = readFileSync(path, "utf8");
  const written = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { line?: number; msg: string });
  const numbers = written.flatMap(({ line }) => line ?? []);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, line) => line));
  expect(numbers.length).toBeGreaterThanOrEqual(kept);
  expect(text.length).toBeLessThan(1_010_000);
  expect(written.at(-1)?.msg).toBe("and on");
  rmSync(folder, { recursive: true });
});
