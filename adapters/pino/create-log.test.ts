import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLog } from "./create-log.ts";

/** Always full: a device of Linux. */
const full = "/dev/full";

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

test.runIf(process.platform === "linux")(
  "a full disk fails nothing and holds nothing up, and little is kept for it",
  () => {
    const descriptor = openSync(full, "w");
    const log = createLog("web", "info", descriptor);
    const before = process.memoryUsage().heapUsed;
    for (let line = 0; line < 20_000; line++) log.warn({ text: "x".repeat(1_000) }, "a service is away");
    log.fatal("the end");
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(15_000_000);
    closeSync(descriptor);
  },
);

test.runIf(process.platform === "linux")("once there is room, what was kept is written", () => {
  // A limit on the size of files stands for the disk: raised in mid-life, as when somebody makes room.
  const folder = mkdtempSync(join(tmpdir(), "baton-log-"));
  const path = join(folder, "one.log");
  const program = `
    import { execFileSync } from "node:child_process";
    import { createLog } from ${JSON.stringify(join(import.meta.dirname, "create-log.ts"))};
    process.on("SIGXFSZ", () => undefined);
    const log = createLog("web", "info");
    for (let line = 0; line < 20; line++) log.warn({ line }, "x".repeat(100));
    execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited"]);
    log.info("room again");
  `;
  const descriptor = openSync(path, "a");
  execFileSync("prlimit", ["--fsize=1000:", process.execPath, "--input-type=module", "-e", program], {
    stdio: ["ignore", descriptor, "inherit"],
  });
  closeSync(descriptor);
  const text = readFileSync(path, "utf8");
  expect(text.length).toBeGreaterThan(3_000);
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { line?: number; msg: string });
  expect(lines.flatMap(({ line }) => line ?? [])).toEqual(Array.from({ length: 20 }, (_, line) => line));
  expect(lines.at(-1)?.msg).toBe("room again");
  rmSync(folder, { recursive: true });
});
