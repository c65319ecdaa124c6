import type { FieldProblem } from "../../contracts/api/problem.ts";
import type { Json } from "../../engine/json.ts";
import type { ErrorCode } from "../../engine/errors.ts";
import { HttpRefusal } from "./problem.ts";

const deepest = 100;
const jsonType = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

export interface ReadBody {
  value: Json | undefined;
  text: string;
}

/**
 * Reads a JSON body of at most `maxBytes`. Refuses, naming the place: another content type (415), too much (413, before it
 * is all read), text that is not JSON (400), and what would be stored as something else than was sent (422).
 */
export async function readBody(request: Request, maxBytes: number, tooLarge: ErrorCode): Promise<ReadBody> {
  const bytes = await readBytes(request, maxBytes, tooLarge);
  if (bytes.length === 0) return { value: undefined, text: "" };
  const type = request.headers.get("content-type") ?? "";
  if (!jsonType.test(type)) {
    const given = type === "" ? "none" : type.slice(0, 100);
    throw new HttpRefusal(415, "INPUT_INVALID", `The body must be sent as application/json; its type is ${given}.`);
  }
  return readJson(bytes);
}

/** A body of whatever type a sender uses: JSON, a form's fields, or text. @throws HttpRefusal 415 for what is none of these */
export function readAnyBody(bytes: Uint8Array, type: string): Json {
  if (bytes.length === 0) return null;
  if (jsonType.test(type)) return readJson(bytes).value ?? null;
  const text = decode(bytes);
  const value: Json = /^application\/x-www-form-urlencoded\b/i.test(type)
    ? Object.fromEntries(new URLSearchParams(text))
    : text;
  if (typeof value === "string" && !/^text\/|^application\/xml\b|^$/i.test(type)) {
    throw new HttpRefusal(415, "INPUT_INVALID", "The body must be JSON, a form's fields (urlencoded) or text.");
  }
  return plain(value);
}

function readJson(bytes: Uint8Array): ReadBody {
  const text = decode(bytes);
  return { value: plain(parse(text)), text };
}

function plain(value: Json): Json {
  const fault = strangeValue(value);
  if (fault === null) return value;
  throw new HttpRefusal(422, "INPUT_INVALID", `The body was refused: ${fault.path} ${fault.message}.`, {
    errors: [fault],
  });
}

/** The body as it came, at most `maxBytes` of it. @throws HttpRefusal 413 before it is all read */
export async function readBytes(request: Request, maxBytes: number, code: ErrorCode): Promise<Uint8Array> {
  const refuse = (): HttpRefusal =>
    new HttpRefusal(413, code, `The body is larger than the ${maxBytes} bytes that are allowed here.`, {
      headers: { Connection: "close" },
    });
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > maxBytes) throw refuse();
  // No more than was announced is let through by the HTTP parser, so this is bounded, and quicker than a stream.
  if (announced !== null) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > maxBytes) throw refuse();
    return bytes;
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw refuse();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new HttpRefusal(400, "INPUT_INVALID", "The body is not UTF-8 text.");
    throw error;
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const where = place(text, error.message);
    throw new HttpRefusal(400, "INPUT_INVALID", `The body is not JSON: ${where}.`, {
      errors: [{ path: "", code: "json", message: where }],
    });
  }
}

const offsetIn = /at position (\d+)/;
/** Longest text that is searched for its fault, which takes some twenty parses. */
const searchable = 300_000;

function place(text: string, message: string): string {
  const told = offsetIn.exec(message)?.[1];
  if (told === undefined && text.length > searchable) return "there is unexpected text in it";
  const offset = told === undefined ? faultOffset(text) : Number(told);
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const what = offset >= text.trimEnd().length ? "it ends too soon" : "there is unexpected text";
  return `${what}, at line ${line}, column ${column}`;
}

/** V8 tells no offset for most faults: it is the length of the longest beginning that could still become JSON. */
function faultOffset(text: string): number {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = offsetIn.exec(error.message)?.[1];
    return /end of JSON|Unterminated/.test(error.message) || Number(offset) >= beginning.length;
  }
}

/**
 * What is JSON but cannot be kept as it is: `__proto__` as a key, text that Postgres cannot hold, nesting that exhausts
 * stacks. Walks without recursion, since the value is a stranger's.
 */
function strangeValue(root: Json): FieldProblem | null {
  const pending: { value: Json; path: string; depth: number }[] = [{ value: root, path: "", depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path, depth } = next;
    if (typeof value === "string") {
      const fault = strangeText(value);
      if (fault !== null) return { path, code: "text", message: fault };
    }
    if (value === null || typeof value !== "object") continue;
    if (depth >= deepest)
      return { path: path.slice(0, 200), code: "depth", message: `is nested deeper than ${deepest} levels` };
    for (const [key, below] of Object.entries(value)) {
      const at = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 200)}`;
      if (key === "__proto__") return { path: at, code: "key", message: "is not allowed as a key" };
      const fault = strangeText(key);
      if (fault !== null) return { path: at.toWellFormed().replaceAll("\0", "?"), code: "text", message: fault };
      pending.push({ value: below, path: at, depth: depth + 1 });
    }
  }
  return null;
}

function strangeText(text: string): string | null {
  if (text.includes("\0")) return "holds the character U+0000, which cannot be stored";
  return text.isWellFormed() ? null : "holds half of a surrogate pair, which is not valid Unicode";
}
