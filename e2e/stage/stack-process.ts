import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const keptOutput = 20_000;
/** The first start may build the pages, on a machine that has other things to do. */
const startWithinMs = 900_000;
const stopWithinMs = 60_000;

type Variables = Record<string, string | undefined>;

/** `npm start` as a person types it, in a terminal of its own: what is proved here is what people run. */
export class StackProcess {
  readonly #env: Variables;
  #child: ChildProcess | null = null;
  #output = "";

  /** Laid over this process's variables; undefined takes one away. */
  constructor(env: Variables) {
    this.#env = env;
  }

  /** All that was printed since the last start, its last part. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it says that it is ready. @throws Error with what it printed when it ends or takes too long */
  async start(): Promise<void> {
    this.#output = "";
    // A group of its own, as a terminal gives one: Ctrl-C goes to every process of it.
    const child = spawn("npm", ["start"], {
      cwd: root,
      env: { ...process.env, ...this.#env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    process.once("SIGTERM", this.#leave);
    await new Promise<void>((ready, failed) => {
      const tooLong = setTimeout(() => failed(this.#problem("was not ready in time")), startWithinMs);
      const hear = (chunk: Buffer): void => {
        this.#output = (this.#output + chunk.toString()).slice(-keptOutput);
        if (this.#output.includes("Baton is ready on ")) settle(ready);
      };
      const settle = (then: () => void): void => {
        clearTimeout(tooLong);
        then();
      };
      child.stdout?.on("data", hear);
      child.stderr?.on("data", hear);
      child.once("error", (error) => settle(() => failed(error)));
      child.once("exit", (code) => settle(() => failed(this.#problem(`ended with ${code}`))));
    });
  }

  /** Stops it as Ctrl-C does, which tells every process of the terminal's group, and resolves when all of them are gone. */
  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    process.removeListener("SIGTERM", this.#leave);
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const group = -child.pid;
    // `close` rather than `exit`: it comes when the last process that could still print has ended.
    const ended = new Promise<void>((gone) => child.once("close", () => gone()));
    process.kill(group, signal);
    const late = setTimeout(() => process.kill(group, "SIGKILL"), stopWithinMs);
    await ended;
    clearTimeout(late);
  }

  /** A process that is told to end takes the stack along, which is in a group of its own and would not hear of it. */
  readonly #leave = (): void => {
    // Whoever else listens goes on for a while, and stops the stack then.
    if (process.listenerCount("SIGTERM") > 0) return;
    void this.stop().finally(() => process.kill(process.pid, "SIGTERM"));
  };

  #problem(what: string): Error {
    return new Error(`npm start ${what}:\n${this.#output}\n${this.#logTail("build.log")}`);
  }

  #logTail(name: string): string {
    try {
      return readFileSync(join(this.#env["BATON_HOME"] ?? "", "logs", name), "utf8").slice(-3_000);
    } catch {
      // It ended before it wrote one.
      return "";
    }
  }
}
