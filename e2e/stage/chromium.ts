import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const root = resolve(import.meta.dirname, "../..");

/**
 * The browser of these tests, found in the order in which `scripts/prepare.js` provides one: the one that is named, the machine's, the one
 * unpacked for this user. Null leaves the choice to Playwright, which may have downloaded its own.
 */
export function findChromium(): string | null {
  const told = process.env["CHROMIUM_PATH"];
  if (told !== undefined && told !== "") return told;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  const home = resolve(root, process.env["BATON_HOME"] || ".baton");
  const candidates = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    join(home, "bin", "chromium-run"),
  ];
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the next candidate is asked.
    return false;
  }
}
