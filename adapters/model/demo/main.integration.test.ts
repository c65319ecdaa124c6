import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("main.ts", import.meta.url));

async function start(): Promise<{ child: ChildProcess; url: string; output: () => string }> {
  const child = fork(entry, {
    silent: true,
    execArgv: [],
    env: { ...process.env, DEMO_MODEL_PORT: "0", DEMO_MODEL_DELAY_MS: "0" },
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [message] = (await once(child, "message")) as [{ url: string }];
  return { child, url: message.url, output: () => output };
}

test("serves, logs in structure only, and ends with SIGTERM", async () => {
  const { child, url, output } = await start();
  expect((await fetch(`${url}/models`)).status).toBe(200);
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
  for (const line of output().trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ name: "demo-model" });
});

test("ends when its parent does", async () => {
  const { child } = await start();
  const exited = once(child, "exit");
  child.disconnect();
  expect((await exited)[0]).toBe(0);
});
