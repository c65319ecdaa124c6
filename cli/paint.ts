import type { RunStatus, StepStatus } from "../engine/run/status.ts";

export type Colour = "grey" | "blue" | "amber" | "violet" | "green" | "red" | "bold" | "dim";

const codes: Record<Colour, string> = {
  grey: "90",
  blue: "34",
  amber: "33",
  violet: "35",
  green: "32",
  red: "31",
  bold: "1",
  dim: "2",
};

/** Puts a text into a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_colour, text) => text;
export const coloured: Paint = (colour, text) => `\u001B[${codes[colour]}m${text}\u001B[0m`;

/** Colours only on a terminal, and never where people asked for none (https://no-color.org). */
export function paintFor(stream: { isTTY?: boolean }, env: Record<string, string | undefined>): Paint {
  const refused = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return stream.isTTY === true && !refused ? coloured : plain;
}

export interface Mark {
  icon: string;
  word: string;
  colour: Colour;
}

/** State has one language everywhere: icon, word and colour. What a waiting step waits for is told by `waitMark`. */
export const stepMarks: Record<StepStatus, Mark> = {
  pending: { icon: "·", word: "not yet", colour: "dim" },
  queued: { icon: "◷", word: "queued", colour: "grey" },
  running: { icon: "●", word: "running", colour: "blue" },
  waiting: { icon: "◆", word: "waiting", colour: "amber" },
  completed: { icon: "✓", word: "completed", colour: "green" },
  failed: { icon: "✗", word: "failed", colour: "red" },
  skipped: { icon: "┄", word: "skipped", colour: "grey" },
  cancelled: { icon: "⊘", word: "cancelled", colour: "grey" },
};

export const runMarks: Record<RunStatus, Mark> = {
  queued: stepMarks.queued,
  running: stepMarks.running,
  waiting: stepMarks.waiting,
  paused: { icon: "‖", word: "paused", colour: "violet" },
  completed: stepMarks.completed,
  failed: stepMarks.failed,
  cancelled: stepMarks.cancelled,
};

/** A waiting step waits for a person, for a time, or to be tried again. */
export function waitMark(step: {
  approvalId: string | null;
  retryAt: number | null;
  attempt: number;
  maxAttempts: number;
}): Mark {
  if (step.approvalId !== null) return { icon: "◆", word: "waits for a decision", colour: "amber" };
  if (step.retryAt !== null) {
    return { icon: "↻", word: `trying again ${step.attempt + 1}/${step.maxAttempts}`, colour: "amber" };
  }
  return { icon: "◇", word: "waits", colour: "amber" };
}

/** A span in ms as people read it: `0.4 s`, `12.0 s`, `3 min 05 s`, `2 h 10 min`. */
export function span(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Printable text only: what a model or a stranger wrote must not steer the terminal. Newlines and tabs stay. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => (control === "\n" || control === "\t" ? control : ""));
}

/** Cuts a line at a width in characters; colours must be put on afterwards. */
export function cut(text: string, width: number): string {
  const line = printable(text).replace(/\s+/g, " ").trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`;
}
