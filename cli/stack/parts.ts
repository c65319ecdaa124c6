import { existsSync } from "node:fs";
import { request } from "node:http";
import type { ChildSpec } from "./child.ts";
import { nodeArgs, projectFolder } from "./node-script.ts";

/** The parts of a stack, in the order in which they start. */
export const partNames = ["postgres", "redis", "supabase", "model", "web", "worker"] as const;
export type PartName = (typeof partNames)[number];

const scripts = {
  supabase: "supabase/local/main.ts",
  mailbox: "supabase/local/mail-main.ts",
  model: "adapters/model/demo/main.ts",
  web: "server/main.ts",
  worker: "workers/main.ts",
};
/** The youngest objects get 8 MB instead of what V8 thinks fit for a large machine: 150 MB less under load, for about 3 % of the processor. */
const lean = ["--max-semi-space-size=8"];
export type ScriptName = keyof typeof scripts;

/** Whether a part's program is there; one that is being built elsewhere is left out rather than failed on. */
export function hasScript(name: ScriptName): boolean {
  return existsSync(new URL(`../../${scripts[name]}`, import.meta.url));
}

/** How to run one of our own programs. `name` tells workers apart; `probe` answers when the program works. */
export function scriptSpec(
  script: ScriptName,
  options: {
    name?: string;
    env: Record<string, string>;
    graceMs: number;
    readyWithinMs: number;
    probe: () => Promise<void>;
  },
): ChildSpec {
  return {
    name: options.name ?? script,
    kind: "node",
    command: process.execPath,
    args: [...lean, ...nodeArgs(scripts[script])],
    env: options.env,
    cwd: projectFolder,
    stopSignal: "SIGTERM",
    graceMs: options.graceMs,
    readyWithinMs: options.readyWithinMs,
    probe: options.probe,
  };
}

/**
 * Asks an address of this machine; resolves when it answers with an accepted status.
 * Plain `http` rather than fetch: a probe must leave no connection open behind it.
 */
export function probeHttp(
  url: string,
  isAccepted: (status: number) => boolean = (status) => status < 400,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, timeout: 5000 }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      if (isAccepted(status)) resolve();
      else reject(new Error(`${url} answered ${status}`));
    });
    asked.once("timeout", () => asked.destroy(new Error(`${url} did not answer within 5 s`)));
    asked.once("error", reject);
    asked.end();
  });
}
