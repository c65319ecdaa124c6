import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HomeInUseError, lockHolder, lockHome } from "./lock.ts";
import { isStillRunning, processBeginning, recordProcess } from "./process-identity.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "baton-lock-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("lockHome", () => {
  it("lets one process in, says who it is, and lets the next in after it", () => {
    const lock = lockHome(home, "http://localhost:3000");
    expect(() => lockHome(home, "")).toThrow(HomeInUseError);
    expect(() => lockHome(home, "")).toThrow(`process ${process.pid}, http://localhost:3000`);
    expect(lockHolder(home)?.pid).toBe(process.pid);
    lock.release();
    expect(lockHolder(home)).toBeNull();
    lockHome(home, "").release();
  });

  it.each([
    ["a process that has ended", ["4194300", "boot:1", ""]],
    ["a later process with the same number", [String(process.pid), "another boot:1", ""]],
    ["a file that was cut off", ["12"]],
    ["an empty file", []],
  ])("clears away the lock of %s", (_, lines) => {
    writeFileSync(join(home, "lock"), lines.join("\n"));
    const lock = lockHome(home, "");
    expect(readFileSync(join(home, "lock"), "utf8")).toContain(String(process.pid));
    lock.release();
  });
});

describe("a process's identity", () => {
  it("is the same while it lives, and nobody's when it does not", () => {
    const self = recordProcess(process.pid);
    expect(self && isStillRunning(self)).toBe(true);
    expect(processBeginning(4_194_300)).toBeNull();
  });
});
