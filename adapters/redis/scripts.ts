import { readFileSync } from "node:fs";
import type { RedisClient } from "./connection.ts";

type Argument = string | number;
type Script = (...args: Argument[]) => Promise<unknown>;

/** The atomic moves of the mailbox, as commands of the connection. Their files say what goes in and what comes out. */
export interface MailboxScripts {
  deliver: Script;
  settle: Script;
  take: Script;
  /** Its first argument is the number of keys. */
  renew: Script;
  abandon: Script;
  post: Script;
  release: Script;
}

// One literal URL each, so that bundlers see the files.
const sources: Record<keyof MailboxScripts, { numberOfKeys?: number; file: URL }> = {
  deliver: { numberOfKeys: 3, file: new URL("./scripts/deliver.lua", import.meta.url) },
  settle: { numberOfKeys: 3, file: new URL("./scripts/settle.lua", import.meta.url) },
  take: { numberOfKeys: 2, file: new URL("./scripts/take.lua", import.meta.url) },
  renew: { file: new URL("./scripts/renew.lua", import.meta.url) },
  abandon: { numberOfKeys: 2, file: new URL("./scripts/abandon.lua", import.meta.url) },
  post: { numberOfKeys: 1, file: new URL("./scripts/post.lua", import.meta.url) },
  release: { numberOfKeys: 1, file: new URL("./scripts/release.lua", import.meta.url) },
};

/** Teaches a connection the mailbox's scripts. They are sent by digest, and in full again after a Redis restart. */
export function loadMailboxScripts(redis: RedisClient): MailboxScripts {
  const load = (name: keyof MailboxScripts): Script => {
    const command = `batonMailbox_${name}`;
    const { numberOfKeys, file } = sources[name];
    redis.defineCommand(command, {
      ...(numberOfKeys === undefined ? {} : { numberOfKeys }),
      lua: readFileSync(file, "utf8"),
    });
    const run: unknown = Reflect.get(redis, command);
    if (typeof run !== "function") throw new TypeError(`ioredis did not define ${command}.`);
    return (...args) => Promise.resolve(run.call(redis, ...args));
  };
  return {
    deliver: load("deliver"),
    settle: load("settle"),
    take: load("take"),
    renew: load("renew"),
    abandon: load("abandon"),
    post: load("post"),
    release: load("release"),
  };
}
