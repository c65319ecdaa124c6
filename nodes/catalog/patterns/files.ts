import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../../engine/json.ts";
import { PatternRun } from "./pattern-run.ts";

/** Plays one pattern's workflow to its end. */
export type Story = () => PatternRun;

const folder = join(import.meta.dirname, "../../../docs/patterns");

/** Names of the workflow files that docs/patterns.md shows. */
export const patternFiles = readdirSync(folder).filter((name) => name.endsWith(".json"));

/** The page that tells of all of them. */
export const patternsPage = readFileSync(join(folder, "../patterns.md"), "utf8");

export function patternFile(number: number): unknown {
  const name = patternFiles.find((each) => each.startsWith(`${String(number).padStart(2, "0")}-`));
  if (name === undefined) throw new Error(`Pattern ${number} has no file.`);
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

export function beginPattern(number: number, input: Json = {}): PatternRun {
  return new PatternRun(patternFile(number), input);
}
