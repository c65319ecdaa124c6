import { availableParallelism } from "node:os";
import type { Logger } from "pino";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { EvaluationResult, Sandbox } from "../../engine/ports/sandbox.ts";
import { explainLimit } from "./explain.ts";
import { buildImage, loadModule } from "./image.ts";
import { limits } from "./limits.ts";
import type { TaskResult } from "./message.ts";
import { pack } from "./pack.ts";
import { Queue } from "./queue.ts";
import { Thread } from "./thread.ts";

export interface SandboxOptions {
  /** Threads; half of the processors unless said. */
  workers?: number | undefined;
  log: Pick<Logger, "warn" | "error">;
}

/** A piece of work for one thread. `work` gets the thread and must not throw. */
interface Job {
  runKey: string;
  work(thread: Thread): Promise<void>;
  abandon(): void;
}

/** Starts the pool of QuickJS threads. Rejects when no thread can start; after that it answers until it is closed. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const count = options.workers ?? Math.max(1, Math.floor(availableParallelism() / 2));
  const module = await loadModule();
  const image = await buildImage(module);
  const start = (): Promise<Thread> =>
    Thread.start(module, image, Math.max(8, Math.floor(limits.warmMachines / count)));
  const threads = await Promise.all(Array.from({ length: count }, start));
  return new Pool(threads, start, options.log);
}

class Pool implements Sandbox {
  readonly #idle: Set<Thread>;
  readonly #threads: Set<Thread>;
  readonly #queue = new Queue<Job>();
  /** Where the warm machine of a run is. */
  readonly #home = new Map<string, Thread>();
  readonly #starting = new Set<Promise<void>>();
  readonly #start: () => Promise<Thread>;
  readonly #log: SandboxOptions["log"];
  #nextId = 1;
  #evaluations = 0;
  #closed = false;

  constructor(threads: Thread[], start: () => Promise<Thread>, log: SandboxOptions["log"]) {
    this.#threads = new Set(threads);
    this.#idle = new Set(threads);
    this.#start = start;
    this.#log = log;
  }

  evaluate(runKey: string, evaluations: Parameters<Sandbox["evaluate"]>[1]): Promise<EvaluationResult[]> {
    this.#evaluations += evaluations.length;
    const { texts, tasks, decided } = pack(evaluations);
    if (tasks.length === 0) return Promise.resolve(decided.filter((result) => result !== null));

    return this.#submit(runKey, async (first) => {
      const results: (TaskResult | null)[] = tasks.map(() => null);
      let thread = first;
      let offences = 0;
      // Each turn of this loop either answers the whole rest or takes the one task that killed its thread out of it.
      for (;;) {
        const open = tasks.flatMap((task, index) => (results[index] === null ? [{ task, index }] : []));
        if (open.length === 0) break;
        const id = this.#nextId++;
        const answer = await thread.ask({ kind: "evaluate", id, runKey, texts, tasks: open.map(({ task }) => task) });
        if (answer.kind === "evaluated") {
          for (const [position, { index }] of open.entries()) results[index] = answer.results[position] ?? null;
          break;
        }
        const stuck = open[answer.kind === "stuck" ? answer.index : 0] ?? open[0];
        if (stuck === undefined) break;
        const message = explainLimit("interrupted", stuck.task.code);
        results[stuck.index] = { ok: false, code: "EXPRESSION_LIMIT", message };
        if (this.#closed) throw closed();
        offences++;
        this.#log.warn({ runKey, offences }, "an expression did not stop; its thread was ended");
        if (offences >= limits.offences) {
          for (const { index } of open) results[index] ??= { ok: false, code: "EXPRESSION_LIMIT", message };
          break;
        }
        thread = await this.#replace(thread);
      }
      let next = 0;
      return { thread, value: decided.map((done) => done ?? toResult(results[next++] ?? null)) };
    });
  }

  check(code: string): ReturnType<Sandbox["check"]> {
    if (Buffer.byteLength(code) > limits.codeBytes) {
      return Promise.resolve({ ok: false, message: `The expression is longer than ${limits.codeBytes / 1024} KB` });
    }
    return this.#submit("", async (thread) => {
      const answer = await thread.ask({ kind: "check", id: this.#nextId++, code });
      const value =
        answer.kind === "checked"
          ? answer.result
          : ({ ok: false, message: explainLimit("interrupted", code) } as const);
      return { thread, value };
    });
  }

  release(runKey: string): void {
    this.#home.delete(runKey);
    for (const thread of this.#threads) thread.release(runKey);
  }

  stats(): ReturnType<Sandbox["stats"]> {
    return {
      workers: this.#threads.size,
      busy: this.#threads.size - this.#idle.size,
      queued: this.#queue.size,
      evaluations: this.#evaluations,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (let job = this.#queue.take(); job !== undefined; job = this.#queue.take()) job.abandon();
    await Promise.all([...this.#threads].map((thread) => thread.close()));
    await Promise.all(this.#starting);
    this.#threads.clear();
    this.#idle.clear();
    this.#home.clear();
  }

  /** Queues work for a thread; the work says with which thread it ended, since it may have had to replace its own. */
  #submit<T>(runKey: string, work: (thread: Thread) => Promise<{ thread: Thread; value: T }>): Promise<T> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise<T>((resolve, reject) => {
      this.#queue.add(runKey, {
        runKey,
        abandon: () => reject(closed()),
        work: async (thread) => {
          let last = thread;
          try {
            const done = await work(thread);
            last = done.thread;
            resolve(done.value);
          } catch (thrown) {
            reject(thrown);
          } finally {
            this.#giveBack(last);
          }
        },
      });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#idle.size > 0) {
      const job = this.#queue.take();
      if (job === undefined) return;
      const home = this.#home.get(job.runKey);
      const thread = home !== undefined && this.#idle.has(home) ? home : this.#idle.values().next().value;
      if (thread === undefined) return;
      this.#idle.delete(thread);
      this.#remember(job.runKey, thread);
      void job.work(thread);
    }
  }

  /** Keeps the homes of recent runs only: an entry is a hint, losing one costs a new machine. */
  #remember(runKey: string, thread: Thread): void {
    this.#home.delete(runKey);
    this.#home.set(runKey, thread);
    const oldest = this.#home.keys().next().value;
    if (this.#home.size > limits.warmMachines && oldest !== undefined) this.#home.delete(oldest);
  }

  #giveBack(thread: Thread): void {
    if (this.#closed) return;
    if (!thread.dead) {
      if (this.#threads.has(thread)) this.#idle.add(thread);
      return this.#dispatch();
    }
    const starting = this.#replace(thread).then(
      (fresh) => this.#giveBack(fresh),
      (cause: unknown) => this.#log.error({ cause }, "a sandbox thread could not be replaced"),
    );
    this.#starting.add(starting);
    void starting.finally(() => this.#starting.delete(starting));
  }

  /** A fresh thread in the place of a dead one. Throws when the pool was closed meanwhile or none can start. */
  async #replace(dead: Thread): Promise<Thread> {
    this.#threads.delete(dead);
    const fresh = await this.#start();
    if (this.#closed) {
      await fresh.close();
      throw closed();
    }
    this.#threads.add(fresh);
    return fresh;
  }
}

function toResult(result: TaskResult | null): EvaluationResult {
  if (result === null) return { ok: false, code: "EXPRESSION_LIMIT", message: explainLimit("interrupted", "") };
  return result.ok ? { ok: true, value: JSON.parse(result.json) as Json } : result;
}

function closed(): BatonError {
  return new BatonError("SERVICE_UNAVAILABLE", "The sandbox is shutting down; the step will be tried again elsewhere.");
}
