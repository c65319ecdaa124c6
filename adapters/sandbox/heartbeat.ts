/**
 * What a thread is doing right now, in shared memory, because a thread that is stuck answers no message.
 * The thread writes, the pool's watchdog reads.
 */
export class Heartbeat {
  readonly buffer: SharedArrayBuffer;
  readonly #position: Int32Array;
  readonly #since: Float64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.buffer = buffer;
    this.#position = new Int32Array(buffer, 0, 2);
    this.#since = new Float64Array(buffer, 8, 1);
  }

  /** Says that task `index` of the batch began a phase that may take `allowedMs` without another beat. */
  beat(index: number, allowedMs: number): void {
    this.#since[0] = clock();
    Atomics.store(this.#position, 0, index);
    Atomics.store(this.#position, 1, allowedMs);
  }

  /** The task in hand and how many milliseconds it has left; negative when it is over its time. */
  read(): { index: number; leftMs: number } {
    const allowed = Atomics.load(this.#position, 1);
    return { index: Atomics.load(this.#position, 0), leftMs: (this.#since[0] ?? 0) + allowed - clock() };
  }
}

/** Milliseconds that agree between threads (each thread's own `performance.now` starts at zero). */
function clock(): number {
  return performance.timeOrigin + performance.now();
}
