import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * What tells a process from a later one that got the same number: its number and the moment it began.
 * A bare pid in a file is not enough, because after a crash the system may have given it to somebody else's program,
 * and that program must neither be waited for nor killed.
 */
export interface ProcessRecord {
  pid: number;
  began: string;
}

/** The moment at which a living process began, in the system's own notation; null when there is no such process. */
export function processBeginning(pid: number): string | null {
  if (process.platform === "linux") return beginningFromProc(pid);
  return beginningFromPs(pid);
}

function beginningFromProc(pid: number): string | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in parentheses and may itself contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z") return null;
  // Ticks since boot repeat after a reboot, so the boot is part of the answer.
  const boot = readOrNull("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return fields[19] === undefined ? null : `${boot}:${fields[19]}`;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // ESRCH: the process ended between opening the file and reading it.
    if (isCode(error, "ENOENT") || isCode(error, "ESRCH")) return null;
    throw error;
  }
}

function beginningFromPs(pid: number): string | null {
  try {
    const text = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return text === "" || text.startsWith("Z") ? null : text.replace(/^\S+\s+/, "");
  } catch (error) {
    // ps ends with status 1 when it finds nothing; anything else means that we do not know.
    if (error instanceof Error && "status" in error && error.status === 1) return null;
    throw error;
  }
}

/** Describes a process that is alive now; null when it is not. */
export function recordProcess(pid: number): ProcessRecord | null {
  const began = processBeginning(pid);
  return began === null ? null : { pid, began };
}

/** Whether exactly this process, and not a later one with its number, is still running. */
export function isStillRunning(record: ProcessRecord): boolean {
  return processBeginning(record.pid) === record.began;
}

/** Sends a signal; false when the process (or group, for a negative number) is already gone, or is not ours. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (isCode(error, "ESRCH") || isCode(error, "EPERM")) return false;
    throw error;
  }
}

/** Whether an unknown error carries this system code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
