import { parentPort, workerData } from "node:worker_threads";
import { Compiler } from "./compiler.ts";
import { Heartbeat } from "./heartbeat.ts";
import { limits } from "./limits.ts";
import { Machine } from "./machine.ts";
import type { FromThread, Task, TaskResult, ThreadData, ToThread } from "./message.ts";

/** Entry of a sandbox thread: takes one batch at a time and keeps the machines of recent runs warm. */
const port = parentPort;
if (port === null) throw new Error("adapters/sandbox/worker.ts is started by the sandbox, not by hand.");

const { module, image, heartbeat: buffer, warmMachines } = workerData as ThreadData;
const heartbeat = new Heartbeat(buffer);
const compiler = new Compiler(module);
/** A machine made ahead of time, so that the first expression of a run does not wait for one. */
let spare: Promise<Machine> | null = null;
// In order of use, the oldest first.
const machines = new Map<string, Machine>();

port.on("message", (message: ToThread) => {
  if (message.kind === "release") return drop(message.runKey);
  // A rejection here is a fault of ours: it ends the thread, and the pool answers for it.
  void handle(message).then(send).then(prepare);
});
send({ kind: "ready" });
prepare();

async function handle(message: Exclude<ToThread, { kind: "release" }>): Promise<FromThread> {
  if (message.kind === "check") {
    heartbeat.beat(0, limits.loadMs);
    const compiled = await compiler.compile(message.code, []);
    return {
      kind: "checked",
      id: message.id,
      result: compiled.ok ? { ok: true } : { ok: false, message: compiled.message },
    };
  }
  const results: TaskResult[] = [];
  let offences = 0;
  for (const [index, task] of message.tasks.entries()) {
    if (offences >= limits.offences) {
      results.push({
        ok: false,
        code: "EXPRESSION_LIMIT",
        message: "Not evaluated, because other expressions of this step broke a limit",
      });
      continue;
    }
    const result = await evaluate(message.runKey, index, task, message.texts);
    if (!result.ok && result.code === "EXPRESSION_LIMIT") offences++;
    results.push(result);
  }
  return { kind: "evaluated", id: message.id, results };
}

async function evaluate(runKey: string, index: number, task: Task, texts: string[]): Promise<TaskResult> {
  heartbeat.beat(index, limits.loadMs);
  const compiled = await compiler.compile(
    task.code,
    task.roots.map(([name]) => name),
  );
  if (!compiled.ok) return { ok: false, code: "EXPRESSION_FAILED", message: compiled.message };

  const values = task.roots.map(([, text]) => texts[text] ?? "null");
  const size = values.reduce((sum, text) => sum + text.length, 0);
  const large = size > limits.largeScopeBytes;
  // Parsed JSON takes up to sixteen times its text (a list of small numbers); the expression's own share stays the same.
  const machine = large ? await Machine.copy(module, image, size * 16) : await machineOf(runKey);
  const result = machine.evaluate(compiled.bytecode, task.code, values, task.now, seedOf(task.seed), () =>
    heartbeat.beat(index, limits.hardMs),
  );
  if (large) machine.dispose();
  else if (!machine.reusable) drop(runKey);
  return result;
}

async function machineOf(runKey: string): Promise<Machine> {
  const known = machines.get(runKey);
  const prepared = known === undefined ? spare : null;
  if (prepared !== null) spare = null;
  const machine = known ?? (await (prepared ?? Machine.copy(module, image)));
  machines.delete(runKey);
  machines.set(runKey, machine);
  const oldest = machines.keys().next().value;
  if (machines.size > warmMachines && oldest !== undefined) drop(oldest);
  return machine;
}

function prepare(): void {
  spare ??= Machine.copy(module, image);
}

function drop(runKey: string): void {
  machines.get(runKey)?.dispose();
  machines.delete(runKey);
}

/** Two 32-bit numbers from any text (cyrb53's two halves): equal text, equal random numbers. */
function seedOf(text: string): [number, number] {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    high = Math.imul(high ^ character, 2654435761);
    low = Math.imul(low ^ character, 1597334677);
  }
  return [high ^ (low >>> 16), low ^ (high >>> 13)];
}

function send(message: FromThread): void {
  port?.postMessage(message);
}
