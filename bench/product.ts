import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";

const root = join(import.meta.dirname, "..");
const password = "bench-password-1";
const email = "bench@baton.local";
const key = `baton_${"b".repeat(43)}`;

/** The whole product as `npm start` brings it up, on a home of its own, used through its API. */
export interface Product {
  url: string;
  email: string;
  password: string;
  /** An API key of the first organisation. */
  key: string;
  /** Where its data lies. */
  home: string;
  /** Calls the API; throws with the answer's text when the status is 400 or more. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  importWorkflow(file: WorkflowFileInput): Promise<string>;
  stop(): Promise<void>;
}

/** @param more variables of its environment */
export async function startProduct(more: Record<string, string> = {}): Promise<Product> {
  const home = mkdtempSync(join(tmpdir(), "baton-bench-"));
  const env = {
    BATON_HOME: home,
    PORT: "0",
    BATON_API_KEY: key,
    BATON_ADMIN_EMAIL: email,
    BATON_ADMIN_PASSWORD: password,
    // One caller plays them all.
    BATON_RATE_LIMIT: "100000",
  };
  const child = spawn("node", ["cli/stack/main.ts"], {
    cwd: root,
    env: { ...process.env, ...env, ...more },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await readyAddress(child);
  const call: Product["call"] = async (method, path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    url,
    email,
    password,
    key,
    home,
    call,
    async importWorkflow(file) {
      const { id } = (await call("POST", "/workflows", file)) as { id: string };
      return id;
    },
    stop: () =>
      new Promise((resolve) => {
        const ended = (): void => {
          rmSync(home, { recursive: true, force: true });
          resolve();
        };
        if (child.exitCode !== null || child.signalCode !== null) return ended();
        child.on("close", ended);
        child.kill("SIGINT");
      }),
  };
}

function readyAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (data: Buffer) => {
      output += data.toString();
      const ready = /Baton is ready on (\S+)/.exec(output);
      if (ready?.[1] !== undefined) resolve(ready[1]);
    });
    child.on("close", () => reject(new Error(`the product did not start:\n${output}`)));
  });
}

/** Steps one after another that only compute: W1 with ten of them. */
export function chain(length: number): WorkflowFileInput {
  const ids = ["start", ...Array.from({ length }, (_, index) => `t${index}`), "done"];
  return {
    schemaVersion: 1,
    name: `Chain of ${length}`,
    nodes: ids.map((id, index) => {
      if (id === "start") return { id, type: "start" };
      if (id === "done") return { id, type: "output", config: { value: "{{ in.value }}" } };
      const before = ids[index - 1] === "start" ? "input.n" : `${ids[index - 1]}.outputs.n`;
      return { id, type: "transform", config: { value: { n: `{{ ${before} + 1 }}` } } };
    }),
    edges: ids.slice(1).map((id, index) => ({ id: `e${index}`, source: ids[index] ?? "", target: id })),
  };
}

/** A loop of short waits: a step ends every `ms` or so, with nothing else going on. */
export function ticker(times: number, ms: number): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "Ticker",
    nodes: [
      { id: "start", type: "start" },
      { id: "ticks", type: "loop", config: { mode: "times", times } },
      { id: "tick", type: "wait", parentId: "ticks", config: { mode: "duration", durationMs: ms } },
    ],
    edges: [{ id: "e", source: "start", target: "ticks" }],
  };
}
