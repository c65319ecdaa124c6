import { limits } from "./limits.ts";

const kib = (bytes: number): string => (bytes >= 1 << 20 ? `${bytes / (1 << 20)} MB` : `${bytes / 1024} KB`);

/** The engine's words that mean that a limit was reached. */
const limitWords: [RegExp, string][] = [
  [/interrupted/, `The expression ran for longer than ${limits.softMs} ms and was stopped`],
  [/call stack|stack overflow/i, "The expression nests or calls itself too deeply"],
  [/output too large/, `The result is larger than ${kib(limits.outputBytes)}`],
  [/output too deep/, `The result is nested deeper than ${limits.outputDepth} levels`],
];

/** Whether the guest's error text (`Name: message`) tells of a limit rather than of a mistake. */
export function isLimit(reason: string): boolean {
  return /^(InternalError|RangeError): (interrupted|out of memory|Maximum call stack)/.test(reason);
}

/** A mistake, for the person who wrote the expression: the engine's words made plain, with the expression quoted. */
export function explain(reason: string, code: string): string {
  return `${plain(reason)}, in ${quote(code)}`;
}

/** A broken limit in words. What the engine could not even name was memory that ran out. */
export function explainLimit(reason: string, code: string): string {
  const known = limitWords.find(([pattern]) => pattern.test(reason));
  const sentence = known?.[1] ?? `The expression needed more than ${kib(limits.memoryBytes)} of memory and was stopped`;
  return `${sentence}: ${quote(code)}`;
}

/** The expression in its braces, shortened to what fits in a sentence. */
export function quote(code: string): string {
  const line = code.replaceAll(/\s+/g, " ").trim();
  return `{{ ${line.length > 80 ? `${line.slice(0, 79)}…` : line} }}`;
}

function plain(reason: string): string {
  const message = reason.replace(/^(Error|[A-Za-z]*Error): /, "").trim();
  const missing = /^'?([^\s']+)'? is not defined$/.exec(message);
  if (missing !== null) return `"${missing[1]}" is not defined`;
  if (message === "BigInt are forbidden in JSON.stringify")
    return "A BigInt cannot be a result: use Number(…) or String(…)";
  if (message === "circular reference") return "The result refers to itself and cannot be written as JSON";
  if (message === "eval is not supported") return "Code made from text is not allowed in expressions";
  return message === "" ? "The expression failed" : message.replaceAll("'", '"');
}
