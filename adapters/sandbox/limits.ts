/** The numbers of the sandbox in one place, each with its reason. Sizes in bytes, times in milliseconds. */
export const limits = {
  /** Longest expression: far above what a person writes, small enough that parsing stays under a millisecond or two. */
  codeBytes: 16 * 1024,
  /** Data that one expression may read, as JSON. Only the roots that it names are counted. */
  scopeBytes: 8 * 1024 * 1024,
  /** Largest result, as JSON. */
  outputBytes: 1024 * 1024,
  /** Deepest result: readers walk it recursively. */
  outputDepth: 200,
  /** The engine asks this often enough, also inside regular expressions, BigInt and microtasks. */
  softMs: 100,
  /** For the few native loops that never ask: the thread goes. */
  hardMs: 250,
  /** Reading trusted data into the machine is not the expression's time, but must end too. */
  loadMs: 3_000,
  /** What a machine may allocate beyond its data. */
  memoryBytes: 16 * 1024 * 1024,
  /** Data above this gets a machine of its own, with memory for the parsed form, thrown away afterwards. */
  largeScopeBytes: 1024 * 1024,
  /** QuickJS's own guard; the thread's 4 MB stack leaves room for the frames of WebAssembly around it. */
  stackBytes: 256 * 1024,
  threadStackMb: 4,
  /** Machines kept warm over all threads: about 1.4 MB each. */
  warmMachines: 32,
  /** WebAssembly memory never shrinks, so a machine that grew beyond this is not kept. */
  keepBytes: 6 * 1024 * 1024,
  /** Compiled expressions kept per thread and per machine. */
  compiled: 2_000,
  /** A batch that broke a limit this often is stopped: the thread belongs to the others too. */
  offences: 3,
} as const;
