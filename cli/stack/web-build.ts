import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HomeInUseError, type HomeLock, lockHome } from "./lock.ts";
import { nodeArgs, projectFolder, spawnEnvironment } from "./node-script.ts";
import type { Progress } from "./progress.ts";

/** What the built pages are made of; a change in any of it makes the build stale. */
const sourceFolders = [
  "app",
  "components",
  "contracts",
  "engine",
  "nodes",
  "adapters",
  "server",
  "public",
  "templates",
];
const sourceFiles = [
  "next.config.js",
  "next.config.ts",
  "postcss.config.mjs",
  "postcss.config.js",
  "tsconfig.json",
  "package-lock.json",
];

const stampPath = join(projectFolder, ".next", "baton-sources");
const lockFolder = join(projectFolder, "node_modules", ".cache", "baton-build");

/**
 * Builds the pages when their sources have changed since the last build. Several starts in one folder take turns, and
 * those that waited find nothing left to do.
 * @param logPath where the build's own output goes
 * @throws Error with the end of that output when the build fails
 */
export async function buildPages(
  env: Record<string, string>,
  logPath: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  if (!hasPages()) return;
  const sources = hashSources();
  if (isFresh(sources)) return;
  const lock = await takeTurn(signal);
  try {
    if (isFresh(sources)) return;
    const step = progress.begin("Production build");
    try {
      rmSync(stampPath, { force: true });
      await runBuild(env, logPath, signal);
      writeFileSync(stampPath, sources);
      step.done();
    } catch (error) {
      step.failed();
      throw error;
    }
  } finally {
    lock.release();
  }
}

function hasPages(): boolean {
  return (
    existsSync(join(projectFolder, "app", "layout.tsx")) &&
    sourceFiles.slice(0, 2).some((name) => existsSync(join(projectFolder, name)))
  );
}

function isFresh(sources: string): boolean {
  return existsSync(stampPath) && readFileSync(stampPath, "utf8") === sources;
}

async function takeTurn(signal?: AbortSignal): Promise<HomeLock> {
  mkdirSync(lockFolder, { recursive: true });
  for (;;) {
    signal?.throwIfAborted();
    try {
      return lockHome(lockFolder, "");
    } catch (error) {
      if (!(error instanceof HomeInUseError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A digest of names and contents; tests are left out, because no page contains them. */
function hashSources(): string {
  const digest = createHash("sha256");
  const files = sourceFolders
    .map((folder) => join(projectFolder, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name)),
    )
    .toSorted();
  const single = sourceFiles.map((name) => join(projectFolder, name)).filter((path) => existsSync(path));
  for (const path of [...files, ...single]) digest.update(path.slice(projectFolder.length)).update(readFileSync(path));
  return digest.digest("hex");
}

function runBuild(env: Record<string, string>, logPath: string, signal?: AbortSignal): Promise<void> {
  const log = openSync(logPath, "w", 0o600);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, nodeArgs("node_modules/next/dist/bin/next", "build"), {
      cwd: projectFolder,
      env: spawnEnvironment({ ...env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", BATON_LIFELINE: "1" }),
      stdio: ["ignore", log, log, "pipe"],
      signal,
    });
    child.once("error", reject);
    child.once("close", (status) => {
      closeSync(log);
      if (status === 0) return resolve();
      const tail = readFileSync(logPath, "utf8").trim().split("\n").slice(-15).join("\n");
      reject(new Error(`The pages could not be built (status ${status}). The whole log is ${logPath}:\n${tail}`));
    });
  });
}
