import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { isCode } from "./process-identity.ts";

const rotateAtBytes = 10 * 1024 * 1024;

/**
 * The log of one child: NAME.log, and NAME.log.1 from before. The child writes to the file itself, so its last words
 * are there even when the supervisor is gone.
 */
export interface LogFile {
  path: string;
  fd: number;
  /** A line of the supervisor's own among the child's. */
  note(text: string): void;
  /** Copies the file away and empties it once it is too large; the child goes on writing at the start of it. */
  rotateWhenLarge(): void;
  /** The last lines, for showing why a child died. */
  tail(lines: number): string;
  isClosed(): boolean;
  close(): void;
}

/** Opens the log of a child, moving that of the previous start aside. */
export function openLogFile(folder: string, name: string): LogFile {
  const path = join(folder, `${name}.log`);
  if (sizeOf(path) > 0) renameSync(path, `${path}.1`);
  const fd = openSync(path, "a+", 0o600);
  let closed = false;
  return {
    path,
    fd,
    note: (text) => unlessFull(() => writeSync(fd, `--- ${new Date().toISOString()} ${text}\n`)),
    rotateWhenLarge: () => {
      if (fstatSync(fd).size < rotateAtBytes) return;
      unlessFull(() => {
        copyFileSync(path, `${path}.1`);
        ftruncateSync(fd, 0);
      });
    },
    tail: (lines) => tailOf(fd, lines),
    isClosed: () => closed,
    close: () => {
      if (!closed) closeSync(fd);
      closed = true;
    },
  };
}

/** Without room for its logs the stack goes on: it is then that it has to. */
function unlessFull(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isCode(error, "ENOSPC") && !isCode(error, "EDQUOT")) throw error;
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (isCode(error, "ENOENT")) return 0;
    throw error;
  }
}

function tailOf(fd: number, lines: number): string {
  const size = fstatSync(fd).size;
  const buffer = Buffer.alloc(Math.min(size, 8192));
  readSync(fd, buffer, 0, buffer.length, size - buffer.length);
  return buffer
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("---"))
    .slice(-lines)
    .join("\n");
}
