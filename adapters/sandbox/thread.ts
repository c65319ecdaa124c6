import { availableParallelism, loadavg } from "node:os";
import { Worker } from "node:worker_threads";
import { Heartbeat } from "./heartbeat.ts";
import { limits } from "./limits.ts";
import type { FromThread, MachineImage, ThreadData, ToThread } from "./message.ts";

type Question = Exclude<ToThread, { kind: "release" }>;
type Answer = Exclude<FromThread, { kind: "ready" }>;

/** The thread did not answer: it was stuck in task `index`, or it died there. */
export interface Stuck {
  kind: "stuck";
  index: number;
}

/**
 * One worker thread and its watchdog. It answers one question at a time; a question that it does not answer in time
 * costs it its life, and whoever owns it starts another.
 */
export class Thread {
  readonly #worker: Worker;
  readonly #heartbeat = new Heartbeat();
  readonly #exited: Promise<void>;
  #waiting: ((answer: Answer | Stuck) => void) | null = null;
  #watchdog: NodeJS.Timeout | null = null;
  #dead = false;

  private constructor(module: WebAssembly.Module, image: MachineImage, warmMachines: number) {
    const workerData: ThreadData = { module, image, heartbeat: this.#heartbeat.buffer, warmMachines };
    // An empty environment and no inherited flags: the thread has nothing to tell, even if QuickJS were broken.
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData,
      env: {},
      execArgv: [],
      name: "sandbox",
      resourceLimits: { stackSizeMb: limits.threadStackMb, maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
    });
    this.#exited = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    this.#worker.on("message", (message: FromThread) => {
      if (message.kind !== "ready") this.#settle(message);
    });
  }

  /** Starts a thread and waits until it listens (about 50 ms). Rejects when it cannot start. */
  static async start(module: WebAssembly.Module, image: MachineImage, warmMachines: number): Promise<Thread> {
    const thread = new Thread(module, image, warmMachines);
    await new Promise<void>((resolve, reject) => {
      thread.#worker.once("message", () => resolve());
      thread.#worker.once("error", reject);
    });
    // From here on a crash is the end of the question in hand, not of the process.
    thread.#worker.removeAllListeners("error");
    thread.#worker.on("error", () => thread.#die());
    return thread;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Asks, and answers `stuck` after having ended the thread. */
  ask(question: Question): Promise<Answer | Stuck> {
    if (this.#dead) return Promise.resolve({ kind: "stuck", index: 0 });
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#heartbeat.beat(0, limits.loadMs);
      this.#worker.postMessage(question, []);
      this.#watch(limits.hardMs);
    });
  }

  release(runKey: string): void {
    if (!this.#dead) this.#worker.postMessage({ kind: "release", runKey } satisfies ToThread, []);
  }

  async close(): Promise<void> {
    this.#die();
    await this.#exited;
  }

  #watch(ms: number): void {
    const due = performance.now() + ms;
    this.#watchdog = setTimeout(() => {
      const { leftMs } = this.#heartbeat.read();
      if (leftMs > 0) return this.#watch(Math.max(5, leftMs));
      // On an overloaded computer a thread may have waited for a processor all this time. It gets more, up to a second.
      const starved = performance.now() - due > limits.softMs || (loadavg()[0] ?? 0) > 2 * availableParallelism();
      if (starved && leftMs > -3 * limits.hardMs) return this.#watch(limits.hardMs);
      this.#die();
    }, ms);
  }

  #die(): void {
    if (!this.#dead) {
      this.#dead = true;
      void this.#worker.terminate();
    }
    this.#settle({ kind: "stuck", index: this.#heartbeat.read().index });
  }

  #settle(answer: Answer | Stuck): void {
    if (this.#watchdog !== null) clearTimeout(this.#watchdog);
    this.#watchdog = null;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(answer);
  }
}
