import { pino, type Logger } from "pino";

/** Of lines that could not be written, so many bytes are kept until they can; what comes then is dropped. */
const keptBytes = 1_000_000;
const standardOutput = 1;

/**
 * The log of a process: a JSON line for each entry, written as it comes. Where that is refused (a full disk) nothing fails and nothing
 * waits for it: what is told of the work must not be its end.
 * @param descriptor of the file that lines go to
 */
export function createLog(name: string, level: string, descriptor = standardOutput): Logger {
  const output = pino.destination({ dest: descriptor, sync: true, maxLength: keptBytes });
  output.on("error", () => undefined);
  // With as much kept as there may be, nothing else would try again.
  output.on("drop", () => output.write(""));
  // Pino calls it after a fatal entry. It tries for ever to write what is kept; there is nothing else that could be left.
  output.flushSync = () => undefined;
  return pino({ name, level }, output);
}
