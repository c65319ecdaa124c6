import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { roomFaults, roomRules, sourceFiles } from "./rooms.ts";

const root = join(import.meta.dirname, "..");

describe("the rooms of the house", () => {
  it("import downwards only", () => {
    const faults = sourceFiles(root).flatMap((file) => roomFaults(file, readFileSync(join(root, file), "utf8")));
    expect(faults).toEqual([]);
  });

  it("each have a rule of their own", () => {
    const rooms = readdirSync(root, { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith("."),
    );
    const without = rooms
      .map((room) => room.name)
      .filter(
        (name) => !["node_modules", "docs", "coverage", "test-results", "playwright-report", "public"].includes(name),
      )
      .filter((name) => !roomRules.some((rule) => rule.in.source.startsWith(`^${name}\\/`)));
    expect(without).toEqual([]);
  });

  it("refuse what a rule forbids", () => {
    expect(roomFaults("engine/run/a.ts", 'import { x } from "../../adapters/redis/keys.ts";')).toHaveLength(1);
    expect(roomFaults("engine/run/a.ts", 'import fs from "node:fs";')).toHaveLength(1);
    expect(roomFaults("adapters/redis/a.ts", 'import { x } from "../bullmq/queues.ts";')).toHaveLength(1);
    expect(roomFaults("server/runs/a.ts", 'import { x } from "../../adapters/redis/keys.ts";')).toHaveLength(1);
    expect(roomFaults("components/ui/a.tsx", 'import { x } from "../../engine/errors.ts";')).toHaveLength(1);
    expect(roomFaults("elsewhere/a.ts", "")).toHaveLength(1);
    expect(roomFaults("server/container.ts", 'import { x } from "../adapters/redis/keys.ts";')).toEqual([]);
  });
});
