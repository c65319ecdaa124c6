import { readdirSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/**
 * Who may import whom, from the narrowest path to the widest: the first rule whose `in` fits a file holds for it. Arrows go down only.
 * `rooms` are path prefixes of the project; `packages` are npm packages or "node:*"; "*" is any package.
 */
export interface RoomRule {
  in: RegExp;
  rooms: string[];
  packages: string[];
}

const testPackages = ["vitest", "fast-check", "node:*"];

export const roomRules: RoomRule[] = [
  { in: /^engine\/.*\.test\.ts$/, rooms: ["engine"], packages: ["zod", ...testPackages] },
  { in: /^engine\//, rooms: ["engine"], packages: ["zod", "acorn"] },
  { in: /^contracts\/.*\.test\.ts$/, rooms: ["contracts", "engine"], packages: ["zod", ...testPackages] },
  { in: /^contracts\//, rooms: ["contracts", "engine"], packages: ["zod"] },
  // Plays the workflow files of docs/patterns: only tests are in there.
  { in: /^nodes\/catalog\/patterns\//, rooms: ["nodes", "engine"], packages: ["*"] },
  { in: /^nodes\/catalog\//, rooms: ["nodes", "engine"], packages: ["zod", "vitest"] },
  { in: /^nodes\/.*\.test\.ts$/, rooms: ["nodes", "engine", "adapters/sandbox"], packages: ["*"] },
  { in: /^nodes\//, rooms: ["nodes", "engine"], packages: ["zod"] },
  { in: /^components\/ui\//, rooms: ["components/ui"], packages: ["*"] },
  {
    in: /^components\//,
    rooms: [
      "components",
      "contracts",
      "engine",
      "nodes/define-node",
      "nodes/catalog/definitions",
      "nodes/catalog/views",
      "adapters/supabase/browser",
    ],
    packages: ["*"],
  },
  { in: /^adapters\/conformance\//, rooms: ["adapters", "engine", "contracts", "cli/stack"], packages: ["*"] },
  {
    in: /^adapters\/.*\.test\.ts$/,
    rooms: ["adapters", "engine", "contracts", "cli/stack", "nodes/catalog", "supabase"],
    packages: ["*"],
  },
  { in: /^adapters\//, rooms: ["own", "engine", "contracts"], packages: ["*"] },
  {
    in: /^server\/(container|main|bootstrap)\.ts$/,
    rooms: ["server", "engine", "contracts", "nodes/catalog", "adapters"],
    packages: ["*"],
  },
  {
    in: /^server\/(.*\.(test|suite)\.ts|test-services\.ts|http\/test-api\.ts)$/,
    rooms: ["server", "engine", "contracts", "nodes", "adapters", "cli/stack", "workers", "supabase", "templates"],
    packages: ["*"],
  },
  { in: /^server\//, rooms: ["server", "engine", "contracts", "nodes/catalog"], packages: ["*"] },
  {
    // Workers start the runs of triggers by the very use cases of the server, handed over here.
    in: /^workers\/(container|outside|main)\.ts$/,
    rooms: [
      "workers",
      "engine",
      "contracts",
      "nodes/catalog",
      "adapters",
      "server/events",
      "server/runs",
      "server/triggers",
      "server/workflows",
    ],
    packages: ["*"],
  },
  {
    in: /^workers\/(.*\.test\.ts|faults\/)/,
    rooms: ["workers", "engine", "contracts", "nodes", "adapters", "cli/stack", "supabase"],
    packages: ["*"],
  },
  { in: /^workers\//, rooms: ["workers", "engine", "contracts", "nodes"], packages: ["*"] },
  {
    in: /^app\//,
    rooms: [
      "app",
      "components",
      "contracts",
      "server",
      "adapters/supabase/session",
      "adapters/supabase/browser",
      "nodes/catalog",
      "engine",
    ],
    packages: ["*"],
  },
  { in: /^supabase\/.*\.test\.ts$/, rooms: ["supabase", "contracts", "cli/stack"], packages: ["*"] },
  // Its processes log as the others do.
  { in: /^supabase\//, rooms: ["supabase", "contracts", "adapters/pino"], packages: ["*"] },
  {
    in: /^cli\//,
    rooms: ["cli", "engine", "contracts", "nodes", "adapters", "supabase/local", "templates"],
    packages: ["*"],
  },
  { in: /^templates\//, rooms: ["templates", "engine", "nodes", "adapters"], packages: ["*"] },
  {
    in: /^e2e\//,
    rooms: ["e2e", "cli/stack", "contracts", "engine", "templates", "adapters/supabase/session"],
    packages: ["*"],
  },
  { in: /^bench\//, rooms: ["bench", "cli", "engine", "contracts", "nodes", "adapters"], packages: ["*"] },
  { in: /^scripts\//, rooms: ["scripts", "engine", "nodes/catalog", "contracts"], packages: ["*"] },
  {
    in: /^[^/]+$/,
    rooms: ["adapters/supabase/session", "components/shell", "contracts", "cli/stack", "e2e"],
    packages: ["*"],
  },
];

const skipped = new Set(["node_modules", ".next", ".git", "coverage", "test-results", "playwright-report"]);

/** Every source file below `folder`, as paths from `root`. */
export function sourceFiles(root: string, folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return skipped.has(entry.name) || entry.name.startsWith(".baton") ? [] : sourceFiles(root, path);
    return /\.(ts|tsx)$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

/** Faults of one file: imports that its room may not have. */
export function roomFaults(file: string, text: string): string[] {
  const rule = roomRules.find((each) => each.in.test(file));
  if (rule === undefined) return [`${file}: its folder has no import rule; add one to scripts/rooms.ts`];
  return importsOf(text).flatMap((specifier) =>
    allowed(rule, file, specifier) ? [] : [`${file}: may not import ${specifier}`],
  );
}

function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function allowed(rule: RoomRule, file: string, specifier: string): boolean {
  if (!specifier.startsWith(".")) {
    const name = specifier.startsWith("@") ? specifier.split("/").slice(0, 2).join("/") : specifier.split("/")[0];
    if (rule.packages.includes("*")) return true;
    return rule.packages.includes(specifier.startsWith("node:") ? "node:*" : (name ?? ""));
  }
  const target = relative("", normalize(join(dirname(file), specifier)));
  const own = file.split("/").slice(0, 2).join("/");
  return rule.rooms.some((room) => {
    const prefix = room === "own" ? own : room;
    return target === prefix || target.startsWith(`${prefix}/`) || target.startsWith(`${prefix}.`);
  });
}
