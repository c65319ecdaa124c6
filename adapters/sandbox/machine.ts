import { Intrinsics, QuickJS } from "quickjs-wasi";
import type { JSValueHandle, QuickJSOptions } from "quickjs-wasi";
import { explain, explainLimit, isLimit } from "./explain.ts";
import { limits } from "./limits.ts";
import type { MachineImage, TaskResult } from "./message.ts";

/** What the machine asks its host: the frozen time, and whether its own is over. */
export interface MachineHost {
  now: number;
  expired(): boolean;
}

// No eval and no Function from text; no clock, weak references, proxies or browser classes.
const intrinsics =
  Intrinsics.DATE |
  Intrinsics.REGEXP |
  Intrinsics.JSON |
  Intrinsics.MAP_SET |
  Intrinsics.TYPED_ARRAYS |
  Intrinsics.PROMISE |
  Intrinsics.BIG_INT;

/** The options of every machine. Its clock is `host.now`, its zone UTC, and what it prints goes nowhere. */
export function machineOptions(
  module: WebAssembly.Module,
  host: MachineHost,
  memoryLimit: number = limits.memoryBytes,
): QuickJSOptions {
  return {
    wasm: module,
    memoryLimit,
    maxStackSize: limits.stackBytes,
    intrinsics,
    timezoneOffset: 0,
    interruptHandler: () => host.expired(),
    wasi: (memory) => ({
      clock_time_get(_clock: number, _precision: bigint, result: number) {
        new DataView(memory.buffer).setBigUint64(result, BigInt(Math.max(0, Math.trunc(host.now))) * 1_000_000n, true);
        return 0;
      },
      fd_write: () => 8,
      random_get(start: number, length: number) {
        new Uint8Array(memory.buffer, start, length).fill(0);
        return 0;
      },
    }),
  };
}

/** How often over its time a phase may take on the wall clock: on a machine with ten busy programs a thread waits for most of it. */
const wallMultiple = 30;

/**
 * The time of one phase. It counts the thread's own processor time, so that a busy computer does not fail an innocent
 * expression; a generous multiple on the wall clock ends it all the same.
 */
class Deadline {
  hit = false;
  #wallAt = Number.POSITIVE_INFINITY;
  #lastAt = Number.POSITIVE_INFINITY;
  #cpuAt = 0;
  #onProlong: () => void = () => undefined;

  arm(ms: number, onProlong: () => void): void {
    const now = performance.now();
    this.hit = false;
    this.#wallAt = now + ms;
    this.#lastAt = now + ms * wallMultiple;
    this.#cpuAt = threadMs() + ms;
    this.#onProlong = onProlong;
  }

  disarm(): void {
    this.#wallAt = Number.POSITIVE_INFINITY;
  }

  expired(): boolean {
    const now = performance.now();
    if (now < this.#wallAt) return false;
    const leftMs = this.#cpuAt - threadMs();
    if (leftMs > 1 && now < this.#lastAt) {
      this.#wallAt = now + leftMs;
      this.#onProlong();
      return false;
    }
    this.hit = true;
    return true;
  }
}

/** Processor milliseconds that this thread has used. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** One QuickJS machine: the expressions of one run, one after the other. */
export class Machine {
  /** False once a limit was broken or memory grew: whoever owns it lets it go. */
  reusable = true;
  readonly #vm: QuickJS;
  readonly #host: MachineHost;
  readonly #deadline: Deadline;
  readonly #run: JSValueHandle;
  readonly #parse: JSValueHandle;
  readonly #settle: JSValueHandle;
  readonly #functions = new Map<Uint8Array, JSValueHandle>();

  private constructor(vm: QuickJS, host: MachineHost, deadline: Deadline, image: MachineImage) {
    this.#vm = vm;
    this.#host = host;
    this.#deadline = deadline;
    this.#run = vm.importHandle(image.run);
    this.#parse = vm.importHandle(image.parse);
    this.#settle = vm.importHandle(image.settle);
  }

  /** Copies the image into a new machine: about a millisecond. `extraBytes` is memory for data beyond the ordinary. */
  static async copy(module: WebAssembly.Module, image: MachineImage, extraBytes = 0): Promise<Machine> {
    const deadline = new Deadline();
    const host = { now: 0, expired: () => deadline.expired() };
    const snapshot = { ...image, extensions: [] };
    const vm = await QuickJS.restore(snapshot, machineOptions(module, host, limits.memoryBytes + extraBytes));
    return new Machine(vm, host, deadline, image);
  }

  /**
   * Loads the data, then calls the expression; `onProgress` is told when the expression's own time begins and
   * whenever it is prolonged. Every failure is a result, never a throw; after a broken limit the machine is no longer
   * `reusable`.
   */
  evaluate(
    bytecode: Uint8Array,
    code: string,
    texts: string[],
    now: number,
    seed: [number, number],
    onProgress: () => void,
  ): TaskResult {
    const vm = this.#vm;
    this.#host.now = now;
    try {
      this.#deadline.arm(limits.loadMs, onProgress);
      const expression = this.#function(bytecode);
      return vm.withScope((): TaskResult => {
        const values = texts.map((text) => vm.callFunction(this.#parse, vm.undefined, vm.newString(text)));
        onProgress();
        this.#deadline.arm(limits.softMs, onProgress);
        const numbers = seed.map((part) => vm.newNumber(part));
        let answer = vm.callFunction(this.#run, vm.undefined, expression, ...numbers, ...values).toString();
        if (answer === "P") {
          vm.executePendingJobs();
          answer = vm.callFunction(this.#settle, vm.undefined).toString();
        }
        return this.#read(answer, code);
      });
    } catch (thrown) {
      // Interrupts, exhausted memory and traps end here; whatever state they left behind goes with the machine.
      this.reusable = false;
      const reason = this.#deadline.hit ? "interrupted" : thrown instanceof Error ? thrown.message : "";
      return { ok: false, code: "EXPRESSION_LIMIT", message: explainLimit(reason, code) };
    } finally {
      this.#deadline.disarm();
      if (vm._getMemory().buffer.byteLength > limits.keepBytes) this.reusable = false;
    }
  }

  dispose(): void {
    this.#functions.clear();
    this.#vm.dispose();
  }

  #read(answer: string, code: string): TaskResult {
    const rest = answer.slice(1);
    if (answer.startsWith("V")) {
      const problem = outputProblem(rest);
      if (problem === null) return { ok: true, json: rest };
      return { ok: false, code: "EXPRESSION_LIMIT", message: explainLimit(problem, code) };
    }
    if (!isLimit(rest)) return { ok: false, code: "EXPRESSION_FAILED", message: explain(rest, code) };
    this.reusable = false;
    return { ok: false, code: "EXPRESSION_LIMIT", message: explainLimit(rest, code) };
  }

  #function(bytecode: Uint8Array): JSValueHandle {
    const known = this.#functions.get(bytecode);
    if (known !== undefined) return known;
    if (this.#functions.size >= limits.compiled) this.reusable = false;
    const made = this.#vm.evalBytecode(bytecode);
    this.#functions.set(bytecode, made);
    return made;
  }
}

function outputProblem(json: string): string | null {
  if (Buffer.byteLength(json) > limits.outputBytes) return "output too large";
  // Anything this short cannot be nested too deeply.
  if (json.length < limits.outputDepth * 2) return null;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const character = json.charCodeAt(i);
    if (quoted) {
      if (character === 92) i++;
      else if (character === 34) quoted = false;
    } else if (character === 34) quoted = true;
    else if (character === 91 || character === 123) {
      if (++depth > limits.outputDepth) return "output too deep";
    } else if (character === 93 || character === 125) depth--;
  }
  return null;
}
