import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { findOnPath } from "./binaries.ts";

/**
 * PostgreSQL refuses to run as root. When we are root it runs as another user, and that user must be able to reach
 * its program files and its data, which may lie in a folder (say /root/baton) that only root may enter.
 */
export interface RunAs {
  /** Prefix of the command line; empty when the operating system switches the user for us. */
  prefix: string[];
  /** For `spawn` to switch the user; undefined when the prefix does it, or when we are not root. */
  owner: { uid: number; gid: number } | undefined;
  /** Who must own the data folder; null when we are not root. */
  dataOwner: { uid: number; gid: number } | null;
}

/** @throws Error when root has no way to run a program as somebody else here */
export function runAsUnprivileged(paths: string[]): RunAs {
  if (process.getuid?.() !== 0) return { prefix: [], owner: undefined, dataOwner: null };
  const user = unprivilegedUser();
  if (paths.every((path) => isReachable(path, user))) return { prefix: [], owner: user, dataOwner: user };
  const prefix = passingPrefix(user, paths[0] ?? "/");
  if (prefix !== null) return { prefix, owner: undefined, dataOwner: user };
  throw new Error(
    `PostgreSQL may not run as root, and the user it would run as (number ${user.uid}) cannot enter ` +
      `${paths.find((path) => !isReachable(path, user))}. Move the project to a folder that everybody may enter ` +
      "(such as /opt or /srv), or start Baton as an ordinary user.",
  );
}

/** `postgres` where it exists, `nobody` elsewhere, a new `baton` user where there is neither. */
function unprivilegedUser(): { uid: number; gid: number } {
  for (const name of ["postgres", "nobody"]) {
    const user = lookUp(name);
    if (user !== null) return user;
  }
  for (const command of [
    ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", "baton"],
    ["adduser", "-S", "-D", "-H", "baton"],
  ]) {
    const [program = "", ...args] = command;
    if (findOnPath(program) !== null) spawnSync(program, args, { stdio: "ignore" });
    const user = lookUp("baton");
    if (user !== null) return user;
  }
  throw new Error("PostgreSQL may not run as root and no other user could be made. Start Baton as an ordinary user.");
}

function lookUp(name: string): { uid: number; gid: number } | null {
  const ids = ["-u", "-g"].map((flag) => spawnSync("id", [flag, name], { encoding: "utf8" }));
  if (ids.some((id) => id.status !== 0)) return null;
  const [uid, gid] = ids.map((id) => Number(id.stdout.trim()));
  return uid === undefined || gid === undefined || uid === 0 ? null : { uid, gid };
}

/** Whether a user may enter every folder on the way to a path. */
function isReachable(path: string, user: { uid: number; gid: number }): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Runs as the user but keeps root's right to enter folders, where the system lets us hand that right on. */
function passingPrefix(user: { uid: number; gid: number }, probe: string): string[] | null {
  const setpriv = findOnPath("setpriv");
  if (setpriv === null) return null;
  for (const right of ["dac_read_search", "dac_override"]) {
    const prefix = [
      setpriv,
      // Without it, access(2) leaves the right out of account, and initdb asks by access(2).
      "--securebits=+no_setuid_fixup",
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      "--clear-groups",
      `--inh-caps=+${right}`,
      `--ambient-caps=+${right}`,
      "--",
    ];
    const [program = "", ...args] = prefix;
    if (spawnSync(program, [...args, "/bin/ls", probe], { stdio: "ignore" }).status === 0) return prefix;
  }
  return null;
}

/** Gives a folder and all in it to a user; nothing when the data has no particular owner. */
export function giveTo(owner: RunAs["dataOwner"], path: string): void {
  if (owner !== null) execFileSync("chown", ["-R", `${owner.uid}:${owner.gid}`, path]);
}
