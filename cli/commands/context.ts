import { type Paint, paintFor } from "../paint.ts";

/** What commands may touch of the process, so that they can be run by tests. */
export interface Terminal {
  /** A line on standard output: results. */
  print(line: string): void;
  /** A line on standard error: what goes on. */
  say(line: string): void;
  out: NodeJS.WriteStream;
  /** For what is printed and what is said. */
  paint: Paint;
  sayPaint: Paint;
  env: Record<string, string | undefined>;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  // The reader of a pipe may go away (`| head`): that ends the command, and is nobody's fault.
  stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    print: (line) => void stdout.write(`${line}\n`),
    say: (line) => void stderr.write(`${line}\n`),
    out: stdout,
    paint: paintFor(stdout, env),
    sayPaint: paintFor(stderr, env),
    env,
  };
}
