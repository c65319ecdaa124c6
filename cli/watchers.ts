import type { RunView } from "../engine/run/projection.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import type { Watcher } from "./follow-run.ts";
import type { Paint } from "./paint.ts";
import { approveCommand, changeLines, renderRun } from "./run-view.ts";

/** The part of a terminal that is drawn on. */
export interface Screen {
  write(text: string): unknown;
  columns?: number | undefined;
  rows?: number | undefined;
}

const frameMs = 100;
const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";

/** Redraws the run in place, at most ten times a second, and leaves the last picture standing. */
export function liveWatcher(screen: Screen, plan: Plan, paint: Paint): Watcher {
  let view: RunView | null = null;
  let lost: string | null = null;
  let drawn = 0;
  const erase = (): string => (drawn === 0 ? "" : `\u001B[${drawn}A\u001B[0J`);
  const draw = (height: number): void => {
    if (view === null) return;
    const width = Math.max(40, screen.columns || 100);
    const lines = renderRun(view, plan, { now: Date.now(), width: width - 1, height, paint });
    if (lost !== null) lines.push(paint("amber", "  Connection lost, trying again …"));
    screen.write(`${erase()}${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  // Some pseudo-terminals say that they have no size. Lines are left for the cursor and a word on the connection: a picture as high as the
  // screen would scroll it.
  const timer = setInterval(() => draw((screen.rows || 40) - 3), frameMs);
  const restore = (): void => void screen.write(showCursor);
  // Whatever ends the process, the terminal must not stay without a cursor.
  process.once("exit", restore);
  screen.write(hideCursor);
  return {
    update: (next) => void (view = next),
    connection: (why) => void (lost = why),
    close() {
      clearInterval(timer);
      // The last picture is not drawn over, so it may be as long as it is.
      draw(Number.POSITIVE_INFINITY);
      restore();
      process.removeListener("exit", restore);
    },
  };
}

/** Adds a line for each change: for pipes, files and dumb terminals. */
export function lineWatcher(write: (line: string) => void, paint: Paint): Watcher {
  const said = new Map<string, string>();
  let isLost = false;
  return {
    update: (view) => changeLines(view, said, paint).forEach(write),
    connection(why) {
      if (why !== null && !isLost) write(paint("amber", "! Connection lost, trying again …"));
      if (why === null) write("Connected again.");
      isLost = why !== null;
    },
    close: () => undefined,
  };
}

/** Says only what needs a person: approvals that wait. */
export function quietWatcher(write: (line: string) => void): Watcher {
  const asked = new Set<string>();
  return {
    update(view) {
      for (const { status, approvalId, name } of view.steps) {
        if (status !== "waiting" || approvalId === null || asked.has(approvalId)) continue;
        asked.add(approvalId);
        write(`${name} waits for a decision: ${approveCommand(approvalId)}  (--reject, or --decision OPTION)`);
      }
    },
    connection: () => undefined,
    close: () => undefined,
  };
}
