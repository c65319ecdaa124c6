import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { isStillRunning, type ProcessRecord } from "./process-identity.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-fault-"));
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A supervisor in a process of its own, so that it can be killed. */
async function supervise(home: string): Promise<ChildProcess> {
  const stack = new URL("./stack.ts", import.meta.url).href;
  const script = `
    import { startStack } from ${JSON.stringify(stack)};
    const stack = await startStack({ home: ${JSON.stringify(home)}, port: 0, parts: ["postgres", "redis", "supabase"], quiet: true });
    process.once("SIGTERM", () => void stack.stop());
    process.stdout.write("up\\n");
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => chunk.includes("up") && resolve());
    child.once("exit", (status) => reject(new Error(`the supervisor ended with ${status}: ${said}`)));
  });
  return child;
}

function processesOf(home: string): ProcessRecord[] {
  const text = readFileSync(join(home, "processes.json"), "utf8");
  return z.array(z.object({ pid: z.number(), began: z.string() })).parse(JSON.parse(text));
}

async function allEnded(records: ProcessRecord[], withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (records.some(isStillRunning)) {
    if (Date.now() > deadline)
      throw new Error(`still running: ${records.filter(isStillRunning).map(({ pid }) => pid)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("a supervisor that is killed", () => {
  it("leaves no process, and the next start takes over its home", async () => {
    const home = join(folder, "killed");
    const first = await supervise(home);
    const children = processesOf(home);
    expect(children).toHaveLength(3);
    first.kill("SIGKILL");
    await allEnded(children, 20_000);
    const second = await supervise(home);
    const again = processesOf(home);
    second.kill("SIGTERM");
    await allEnded(again, 20_000);
  });

  it("leaves processes to the next start when even its watchers were killed", async () => {
    const home = join(folder, "orphans");
    const first = await supervise(home);
    const children = processesOf(home);
    // Stopped, the watching shells and the children's own lifelines cannot act; the next start has to.
    for (const { pid } of children) process.kill(pid, "SIGSTOP");
    first.kill("SIGKILL");
    await new Promise((resolve) => first.once("exit", resolve));
    const second = await supervise(home);
    expect(children.filter(isStillRunning)).toEqual([]);
    second.kill("SIGTERM");
    await allEnded(processesOf(home), 20_000).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    });
  });
});
