import { EvalFlags, JSException, QuickJS } from "quickjs-wasi";
import { explain, explainLimit, isLimit } from "./explain.ts";
import { limits } from "./limits.ts";
import { machineOptions } from "./machine.ts";

export type Compiled = { ok: true; bytecode: Uint8Array } | { ok: false; message: string };

/** Turns expressions into QuickJS bytecode, in a machine that parses and never runs what people wrote. */
export class Compiler {
  readonly #module: WebAssembly.Module;
  readonly #cache = new Map<string, Compiled>();
  #vm: QuickJS | null = null;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /**
   * Compiles `code` as a function of the given root names. The same code and names give the same bytecode object,
   * which is what machines keep their functions by.
   */
  async compile(code: string, names: string[]): Promise<Compiled> {
    const key = `${names.join(",")}\n${code}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const compiled = await this.#compile(code, names);
    // Oldest out: expressions of workflows that no longer run go by themselves.
    if (this.#cache.size >= limits.compiled) this.#cache.delete(this.#cache.keys().next().value ?? key);
    this.#cache.set(key, compiled);
    return compiled;
  }

  async #compile(code: string, names: string[]): Promise<Compiled> {
    const host = { now: 0, expired: () => false };
    const { intrinsics: _all, ...options } = machineOptions(this.#module, host);
    const vm = (this.#vm ??= await QuickJS.create(options));
    try {
      // Standing alone in parentheses and in brackets proves one whole expression: `1); (2` passes the first only.
      for (const source of [`(${code}\n)`, `[${code}\n]`]) {
        vm.evalCode(source, "expression", EvalFlags.COMPILE_ONLY | EvalFlags.STRICT).dispose();
      }
      const source = `(function (${names.join(", ")}) { "use strict"; return (${code}\n); })`;
      return { ok: true, bytecode: vm.compile(source, "expression") };
    } catch (thrown) {
      const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "Error";
      if (thrown instanceof JSException) thrown.dispose();
      // Anything but a plain syntax error may have left the parser's machine in a bad state.
      if (!(thrown instanceof JSException) || thrown.name !== "SyntaxError") {
        vm.dispose();
        this.#vm = null;
      }
      return { ok: false, message: isLimit(reason) ? explainLimit(reason, code) : explain(reason, code) };
    }
  }
}
