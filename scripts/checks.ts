import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** One check of the house: a command that fails when something is wrong. */
export interface Check {
  name: string;
  command: string;
  args: string[];
}

export const staticChecks: Check[] = [
  { name: "format", command: "oxfmt", args: ["--check", "."] },
  { name: "lint", command: "oxlint", args: ["--quiet"] },
  { name: "types", command: "tsc", args: ["-p", "tsconfig.json"] },
  { name: "types of the pure engine", command: "tsc", args: ["-p", "engine/tsconfig.json"] },
  { name: "dead code", command: "knip", args: ["--no-progress"] },
  {
    name: "duplication",
    command: "jscpd",
    args: [
      "--config",
      ".jscpd.json",
      ..."app adapters bench cli components contracts engine nodes server supabase templates workers".split(" "),
    ],
  },
];

/** Environment of every child: no telemetry, our own Node first. */
export function childEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DO_NOT_TRACK: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`,
    ...extra,
  };
}

/** Runs a command in the project; resolves its exit status. Output is shown as it comes unless `capture` collects it. */
export function run(check: Check, capture?: (text: string) => void, env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(root, "node_modules/.bin", check.command), check.args, {
      cwd: root,
      env: childEnvironment(env),
      stdio: ["ignore", capture === undefined ? "inherit" : "pipe", capture === undefined ? "inherit" : "pipe"],
    });
    child.stdout?.on("data", (data: Buffer) => capture?.(data.toString()));
    child.stderr?.on("data", (data: Buffer) => capture?.(data.toString()));
    child.on("error", () => resolve(127));
    child.on("close", (status) => resolve(status ?? 1));
  });
}

/** Runs all static checks; gives the names of those that failed, whose output has been shown. */
export async function runStaticChecks(): Promise<string[]> {
  const failed: string[] = [];
  for (const check of staticChecks) {
    let output = "";
    const began = Date.now();
    const status = await run(check, (text) => (output += text));
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${status === 0 ? "✓" : "✗"} ${check.name} (${seconds} s)`);
    if (status === 0) continue;
    failed.push(check.name);
    console.log(output.trimEnd());
  }
  return failed;
}
