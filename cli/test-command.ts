import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const project = join(import.meta.dirname, "..");

export interface Command {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when the process has ended, with its exit status. */
  ended: Promise<number | null>;
  /** Resolves with the first match in what was printed so far or will be. */
  says(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
}

/** Runs the command line as a person does: a process of its own, in the project's folder. For tests. */
export function baton(args: string[], env: Record<string, string | undefined>): Command {
  const child = spawn(process.execPath, ["cli/baton.ts", ...args], {
    cwd: project,
    env: { ...process.env, NO_COLOR: "1", NODE_ENV: "test", BATON_API_KEY: undefined, PUBLIC_URL: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status));
  });
  return {
    child,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    ended,
    says: (pattern, withinMs = 60_000) =>
      new Promise((resolve, reject) => {
        const fail = (why: string): void => {
          waiting.delete(look);
          clearTimeout(timer);
          reject(new Error(`${why} without saying ${pattern}:\n${said.stdout}\n${said.stderr}`));
        };
        const timer = setTimeout(() => fail(`${withinMs} ms passed`), withinMs);
        const look = (): void => {
          const match = pattern.exec(said.stdout) ?? pattern.exec(said.stderr);
          if (match === null) return;
          waiting.delete(look);
          clearTimeout(timer);
          resolve(match);
        };
        waiting.add(look);
        look();
        ended.finally(() => (waiting.has(look) ? fail("It ended") : undefined)).catch(reject);
      }),
  };
}

/** Runs a command to its end. */
export async function outcome(
  args: string[],
  env: Record<string, string | undefined>,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const command = baton(args, env);
  const status = await command.ended;
  return { status, stdout: command.stdout(), stderr: command.stderr() };
}
