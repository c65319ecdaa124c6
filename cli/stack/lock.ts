import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isCode, isStillRunning, recordProcess } from "./process-identity.ts";

const lockSchema = z.object({ pid: z.number().int(), began: z.string(), url: z.string() });

/** Another start already owns this BATON_HOME. */
export class HomeInUseError extends Error {
  override name = "HomeInUseError";
  readonly url: string;
  constructor(home: string, holder: { pid: number; url: string }) {
    super(
      `Baton is already running from ${home} (process ${holder.pid}${holder.url === "" ? "" : `, ${holder.url}`}). ` +
        "Stop it first, or start a second one beside it: PORT=3100 BATON_HOME=.baton-2 npm start",
    );
    this.url = holder.url;
  }
}

export interface HomeLock {
  release(): void;
}

/** Who holds the lock of this home now, if a living process does. */
export function lockHolder(home: string): { pid: number; url: string } | null {
  const held = readLock(join(home, "lock"));
  return held !== null && isStillRunning(held) ? held : null;
}

/**
 * Takes the one lock of a home for this process. A lock whose process has ended is cleared away.
 * @throws HomeInUseError when a living process holds it
 */
export function lockHome(home: string, url: string): HomeLock {
  const path = join(home, "lock");
  const self = recordProcess(process.pid);
  if (self === null) throw new Error("This process cannot find itself in the system's process list.");
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, [self.pid, self.began, url].join("\n"), { mode: 0o600 });
  try {
    // Two rounds are enough unless several starts race for a stale lock; then the losers meet a living holder.
    for (let round = 0; round < 5; round++) {
      // link() fails when the name exists, in one step: no moment between looking and taking.
      if (tryLink(draft, path)) return { release: () => releaseLock(path, self.pid) };
      const held = readLock(path);
      if (held !== null && isStillRunning(held)) throw new HomeInUseError(home, held);
      clearStale(path, held?.pid ?? null);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Error(`The lock ${path} keeps changing hands. Wait a moment and start again.`);
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Moves the dead lock aside under a name of our own, so that only one of several racing starts removes it. */
function clearStale(path: string, expectedPid: number | null): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  const moved = readLock(aside);
  // Somebody else cleared the stale lock first and we have moved their fresh one: give it back.
  if (moved !== null && moved.pid !== expectedPid && isStillRunning(moved)) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readLock(path: string): z.infer<typeof lockSchema> | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
  // A lock that cannot be read was cut off by a full disk or edited by hand; nobody living wrote it that way.
  const [pid, began, url] = text.split("\n");
  const parsed = lockSchema.safeParse({ pid: Number(pid), began, url });
  return parsed.success ? parsed.data : null;
}

function releaseLock(path: string, pid: number): void {
  if (readLock(path)?.pid === pid) rmSync(path, { force: true });
}
