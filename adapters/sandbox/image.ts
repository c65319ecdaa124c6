import { readFile } from "node:fs/promises";
import { QuickJS } from "quickjs-wasi";
import { guestProgram } from "./guest.ts";
import { machineOptions } from "./machine.ts";
import type { MachineImage } from "./message.ts";

/** Compiles QuickJS once for all threads. */
export async function loadModule(): Promise<WebAssembly.Module> {
  const bytes = await readFile(new URL(import.meta.resolve("quickjs-wasi/quickjs.wasm")));
  return WebAssembly.compile(new Uint8Array(bytes));
}

/**
 * Builds a machine, lets it run our own first program, and takes its memory as the pattern of all the others:
 * trimming and freezing some thousand objects is then paid once for each process, not once for each run.
 */
export async function buildImage(module: WebAssembly.Module): Promise<MachineImage> {
  const machine = await QuickJS.create(machineOptions(module, { now: 0, expired: () => false }));
  // The machine is born without `eval`, so our program arrives compiled, as every expression does.
  const compiler = await QuickJS.create({ wasm: module });
  const entries = machine.evalBytecode(compiler.compile(guestProgram, "baton"));
  const [run, parse, settle] = [entries.getProp("0"), entries.getProp("1"), entries.getProp("2")];
  const snapshot = machine.snapshot();
  const memory = new Uint8Array(new SharedArrayBuffer(snapshot.memory.byteLength));
  memory.set(snapshot.memory);
  const image = {
    memory,
    stackPointer: snapshot.stackPointer,
    runtimePtr: snapshot.runtimePtr,
    contextPtr: snapshot.contextPtr,
    run: machine.exportHandle(run),
    parse: machine.exportHandle(parse),
    settle: machine.exportHandle(settle),
  };
  for (const handle of [entries, run, parse, settle]) handle.dispose();
  machine.dispose();
  compiler.dispose();
  return image;
}
