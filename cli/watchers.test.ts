import { describe, expect, it, vi } from "vitest";
import type { RunView } from "../engine/run/projection.ts";
import { compile } from "../engine/workflow/compile.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { plain } from "./paint.ts";
import { lineWatcher, liveWatcher, quietWatcher } from "./watchers.ts";

const compiled = compile({ schemaVersion: 1, name: "Tiny", nodes: [{ id: "start", type: "start" }] }, catalogue);
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
const { plan } = compiled;

const ended: RunView = {
  runId: "r",
  status: "completed",
  input: null,
  output: null,
  error: null,
  errorStep: null,
  costUsd: 0,
  inputTokens: 0,
  outputTokens: 0,
  demo: false,
  queuedAt: 0,
  startedAt: 0,
  endedAt: 1_500,
  seq: 3,
  steps: [],
};

describe("watching", () => {
  it("draws over its last picture, leaves the final one and gives the cursor back", () => {
    vi.useFakeTimers();
    try {
      const written: string[] = [];
      // A pseudo-terminal without a size, as some build machines give.
      const watcher = liveWatcher({ write: (text) => written.push(text), columns: 0, rows: 0 }, plan, plain);
      vi.advanceTimersByTime(500);
      expect(written).toEqual(["\u001B[?25l"]);
      watcher.update({ ...ended, status: "running", endedAt: null });
      vi.advanceTimersByTime(200);
      expect(written[1]).toMatch(/^Tiny ● running .* · r\n {2}· start/);
      expect(written[2]?.startsWith("\u001B[2A\u001B[0JTiny")).toBe(true);
      watcher.connection("gone");
      watcher.update(ended);
      watcher.close();
      expect(written.at(-2)).toContain("Tiny ✓ completed · 1.5 s");
      expect(written.at(-2)).toContain("Connection lost");
      expect(written.at(-1)).toBe("\u001B[?25h");
      vi.advanceTimersByTime(1_000);
      expect(written.at(-1)).toBe("\u001B[?25h");
    } finally {
      vi.useRealTimers();
    }
  });

  it("says a lost connection once", () => {
    const lines: string[] = [];
    const watcher = lineWatcher((line) => lines.push(line), plain);
    watcher.connection("gone");
    watcher.connection("still gone");
    watcher.connection(null);
    watcher.update(ended);
    expect(lines).toEqual(["! Connection lost, trying again …", "Connected again.", "00:01.5  ✓ Run completed"]);
  });

  it("is quiet until a person is needed", () => {
    const lines: string[] = [];
    const watcher = quietWatcher((line) => lines.push(line));
    watcher.update(ended);
    expect(lines).toEqual([]);
  });
});
