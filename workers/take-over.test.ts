import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import type { WorkerRecord } from "../engine/ports/worker-registry.ts";
import { beganOf, isGone, ownIdentity } from "./process-identity.ts";
import { takeOver } from "./take-over.ts";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Two neighbours, of which one is gone and held run "a"; what is done about it is noted. */
function stage(removable = true) {
  const done: string[] = [];
  const record = (name: string, pid: number): WorkerRecord => ({
    name,
    process: { place: "here", pid, began: "1" },
    owners: [`${name}-steps`, `${name}-wakes`],
    seenAt: Date.now() - 2_000,
  });
  return {
    done,
    registry: {
      add: async () => undefined,
      others: async () => [record("dead", 1), record("alive", 2)],
      remove: async (name: string) => {
        done.push(`remove ${name}`);
        return removable;
      },
    },
    queue: {
      release: async (owners: string[]) => {
        done.push(`jobs of ${owners.join(" ")}`);
        return ["a", "b", "a"];
      },
    },
    mailbox: {
      release: async (holder: string) => {
        done.push(`leases of ${holder}`);
        return ["a"];
      },
    },
    drainer: {
      wake: async (runId: string, { recover }: { recover: boolean }) => {
        done.push(`wake ${runId} ${recover ? "and recover" : ""}`);
      },
    },
    isGone: ({ pid }: WorkerRecord["process"]) => pid === 1,
    log: quiet,
  };
}

test("what a dead neighbour held is let go and woken; the living one keeps its own", async () => {
  const parts = stage();
  const after: number[] = [];
  expect(await takeOver({ ...parts, tookOver: (ms) => after.push(ms) })).toBe(1);
  expect(after).toHaveLength(1);
  expect(after[0]).toBeGreaterThanOrEqual(2_000);
  expect(parts.done).toEqual(["remove dead", "jobs of dead-steps dead-wakes", "leases of dead", "wake a and recover"]);
});

test("of two who find the same neighbour dead, one takes over", async () => {
  const parts = stage(false);
  expect(await takeOver(parts)).toBe(0);
  expect(parts.done).toEqual(["remove dead"]);
});

test.runIf(process.platform === "linux")(
  "a process is gone once it has ended, and not while it is frozen",
  async () => {
    const own = ownIdentity();
    expect(own).not.toBeNull();
    if (own === null) return;
    expect(isGone(own)).toBe(false);
    // A later process with its number is another one.
    expect(isGone({ ...own, began: "1" })).toBe(true);
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    const began = beganOf(pid) ?? "";
    child.kill("SIGSTOP");
    expect(isGone({ place: own.place, pid, began })).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isGone({ place: own.place, pid, began })).toBe(true);
  },
);
