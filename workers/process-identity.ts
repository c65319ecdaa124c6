import { readFileSync, readlinkSync } from "node:fs";

/**
 * A process, so that another one on the same machine can tell for certain whether it is gone: `place` is the boot and the space of
 * process numbers (two containers may share a host's name and each have a process 7), `began` tells it from a later one of its number.
 */
export interface ProcessIdentity {
  place: string;
  pid: number;
  began: string;
}

/** This process; null where the system does not tell (only Linux does): then the ends of leases and locks have to be waited for. */
export function ownIdentity(): ProcessIdentity | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const place = `${boot}-${readlinkSync("/proc/self/ns/pid").replaceAll(/\D/g, "")}`;
    const began = beganOf(process.pid);
    return began === null ? null : { place, pid: process.pid, began };
  } catch {
    return null;
  }
}

/** Whether a process of this place is gone for good. One that is frozen is not. */
export function isGone({ pid, began }: ProcessIdentity): boolean {
  return beganOf(pid) !== began;
}

/** When a process began, in ticks since the machine's start; null when there is none, or it is dead and only not buried. */
export function beganOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
