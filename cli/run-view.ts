import { isJsonObject } from "../engine/json.ts";
import type { RunView, StepView } from "../engine/run/projection.ts";
import { isRunEnded, isStepEnded } from "../engine/run/status.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { type Colour, cut, type Mark, type Paint, runMarks, span, stepMarks, waitMark } from "./paint.ts";

export interface ViewOptions {
  /** Epoch ms, for the spans of what is still at work. */
  now: number;
  /** Characters in a line. */
  width: number;
  /** Lines on the screen; what does not fit is folded away, ended steps first. */
  height: number;
  paint: Paint;
}

/** How approvals are decided from the command line. */
export function approveCommand(approvalId: string): string {
  return `npm run baton -- approve ${approvalId}`;
}

interface Line {
  text: string;
  /** What may be left out first when there is too little room: the higher the sooner. */
  spare: number;
}

/** The whole run as lines for a terminal: each step of the graph in order of dependency, what is at work inside containers below it. */
export function renderRun(view: RunView, plan: Plan, options: ViewOptions): string[] {
  const { width, height, paint } = options;
  const lines: Line[] = [{ text: heading(view, plan, options), spare: 0 }];
  if (view.demo) {
    lines.push({
      text: `  ${paint("amber", cut("Answers come from the offline demo model, not from a real one.", width - 2))}`,
      spare: 0,
    });
  }
  const steps = new Map(view.steps.map((step) => [step.step, step]));
  for (const id of orderOf(plan)) {
    const node = plan.nodes.get(id);
    if (node === undefined) continue;
    const step = steps.get(id) ?? null;
    lines.push({ text: stepLine(step, node.name, "  ", options), spare: spareOf(step) });
    if (step === null) continue;
    lines.push(...askingLines(step, options).map((text) => ({ text, spare: 0 })));
    if (node.behaviour !== "loop" && node.behaviour !== "parallel") continue;
    for (const inner of insideOf(view, id)) {
      const number = inner.index === null || node.behaviour === "parallel" ? "" : `#${inner.index + 1} `;
      lines.push({ text: stepLine(inner, `${number}${inner.name}`, "      ", options), spare: spareOf(inner) });
      lines.push(...askingLines(inner, options).map((text) => ({ text, spare: 0 })));
    }
  }
  return fold(lines, Math.max(4, height), paint);
}

function heading(view: RunView, plan: Plan, { now, width, paint }: ViewOptions): string {
  const mark = runMarks[view.status];
  const begun = view.startedAt ?? view.queuedAt;
  const time = begun === null ? "" : ` · ${span((view.endedAt ?? now) - begun)}`;
  const tokens = view.inputTokens + view.outputTokens;
  const cost =
    tokens === 0 || width < 100 ? "" : ` · ${tokens.toLocaleString("en-US")} tokens · $${view.costUsd.toFixed(4)}`;
  const rest = `${time}${cost} · ${view.runId}`;
  const name = cut(plan.file.name, Math.max(10, width - rest.length - mark.word.length - 6));
  return `${paint("bold", name)} ${paint(mark.colour, `${mark.icon} ${mark.word}`)}${paint("dim", rest)}`;
}

/** Nodes of the graph in the order in which they can run. */
function orderOf(plan: Plan): string[] {
  const levels = plan.levels.flat().filter((id) => plan.nodes.get(id)?.scope === "");
  const known = new Set(levels);
  return [...levels, ...(plan.scopes.get("")?.nodes ?? []).filter((id) => !known.has(id))];
}

/** Steps inside a container that are worth a line: those not ended, and failures. Of a `parallel`, all. */
function insideOf(view: RunView, container: string): StepView[] {
  const inside = view.steps.filter((step) => step.step.startsWith(`${container}.`) && step.status !== "skipped");
  const isLoop = view.steps.find((step) => step.step === container)?.progress != null;
  return inside.filter((step) => !isLoop || !isStepEnded(step.status) || step.status === "failed");
}

export function stepMark(step: StepView): Mark {
  return step.status === "waiting" ? waitMark(step) : stepMarks[step.status];
}

function stepLine(step: StepView | null, name: string, indent: string, { now, width, paint }: ViewOptions): string {
  const mark = step === null ? stepMarks.pending : stepMark(step);
  const told =
    step === null
      ? ""
      : [progressOf(step), chosen(step), spanOf(step, now), reasonOf(step)].filter((part) => part !== "").join(" · ");
  const nameWidth = Math.max(12, Math.min(36, width - indent.length - 26));
  const label = cut(name, nameWidth).padEnd(nameWidth);
  const room = Math.max(0, width - indent.length - nameWidth - mark.word.length - 5);
  const quiet: Colour | null = step === null || step.status === "skipped" ? "dim" : null;
  const detail = told === "" || room < 6 ? "" : `  ${paint("dim", cut(told, room))}`;
  return `${indent}${paint(mark.colour, mark.icon)} ${quiet === null ? label : paint(quiet, label)} ${paint(mark.colour, mark.word)}${detail}`;
}

/** `3/12` for loops. */
export function progressOf(step: StepView): string {
  if (step.progress === null) return "";
  return step.progress.total === null ? `${step.progress.done}` : `${step.progress.done}/${step.progress.total}`;
}

/** The way that a choice took. */
export function chosen(step: StepView): string {
  if (step.status !== "completed" || !isJsonObject(step.output)) return "";
  const { value, cases, decision } = step.output;
  if (step.type === "condition") return `→ ${String(value)}`;
  if (step.type === "switch") return `→ ${Array.isArray(cases) && cases.length > 0 ? cases.join(", ") : "otherwise"}`;
  return step.type === "approval" ? `→ ${String(decision)}` : "";
}

function spanOf(step: StepView, now: number): string {
  if (step.status === "waiting" && step.retryAt !== null) return `in ${span(step.retryAt - now)}`;
  if (step.status === "waiting" && step.waitsUntil !== null) return `${span(step.waitsUntil - now)} left`;
  if (step.startedAt === null || step.status === "skipped") return "";
  const spent = (step.endedAt ?? now) - step.startedAt;
  return spent < 50 ? "" : span(spent);
}

function reasonOf({ error, status }: StepView): string {
  if (error === null || status === "running" || status === "queued") return "";
  return status === "completed" ? `went on with its default: ${error.message}` : error.message;
}

/** The command that decides a waiting approval. */
function askingLines(step: StepView, { paint, width }: ViewOptions): string[] {
  if (step.status !== "waiting" || step.approvalId === null) return [];
  const command = approveCommand(step.approvalId);
  const more = `${command} --reject`.length + 30 < width ? "   (--reject, or --decision OPTION)" : "";
  return [`      ${paint("amber", command)}${paint("dim", more)}`];
}

function spareOf(step: StepView | null): number {
  if (step === null) return 2;
  if (step.status === "skipped" || step.status === "completed" || step.status === "cancelled") return 3;
  return step.status === "queued" || step.status === "pending" ? 1 : 0;
}

/** Leaves lines out, those that say least first and from the top, and tells how many. */
function fold(lines: Line[], height: number, paint: Paint): string[] {
  let over = lines.length - height;
  if (over <= 0) return lines.map((line) => line.text);
  over += 1;
  const left = new Set<number>();
  for (const spare of [3, 2, 1, 0]) {
    lines.forEach((line, index) => {
      if (index > 0 && left.size < over && line.spare === spare) left.add(index);
    });
  }
  const shown = lines.filter((_line, index) => !left.has(index)).map((line) => line.text);
  return [shown[0] ?? "", paint("dim", `  … ${left.size} more`), ...shown.slice(1)];
}

/** What a quiet log shows of a step: what was said of it last. */
type Said = Map<string, string>;

/**
 * The run as lines that are only ever added, for pipes and files: gives what changed since the last call, and remembers it in `said`.
 * Times are since the run began.
 */
export function changeLines(view: RunView, said: Said, paint: Paint): string[] {
  const begun = view.queuedAt ?? 0;
  const clock = Number(said.get("clock") ?? begun);
  const lines: { at: number; text: string }[] = [];
  const steps = new Map(view.steps.map((step) => [step.step, step]));
  for (const step of view.steps) {
    const key = `${step.status}.${step.attempt}.${progressOf(step)}`;
    if (!isTelling(step) || said.get(step.step) === key) continue;
    said.set(step.step, key);
    const own = step.endedAt ?? step.attempts.at(-1)?.startedAt ?? step.startedAt ?? step.queuedAt ?? begun;
    // What is new now cannot be older than what was told before; a retry and a loop's count have no time of their own.
    const at = Math.max(own, clock);
    lines.push({ at, text: changeLine(step, placeOf(step, steps), paint) });
    if (step.status === "waiting" && step.approvalId !== null)
      lines.push({ at, text: `  to decide: ${approveCommand(step.approvalId)}  (--reject, or --decision OPTION)` });
  }
  lines.sort((one, other) => one.at - other.at);
  const latest = lines.at(-1)?.at ?? clock;
  said.set("clock", String(latest));
  if (view.demo && !said.has("demo")) {
    said.set("demo", "yes");
    const text = paint("amber", "! Answers come from the offline demo model, not from a real one.");
    lines.push({ at: latest, text });
  }
  if (said.get("run") !== view.status && (isRunEnded(view.status) || view.status === "paused")) {
    const { icon, word, colour } = runMarks[view.status];
    const why = view.error === null ? "" : `: ${cut(view.error.message, 300)}`;
    lines.push({ at: view.endedAt ?? latest, text: paint(colour, `${icon} Run ${word}${why}`) });
  }
  said.set("run", view.status);
  return lines.map(({ at, text }) => `${stamp(at - begun)}  ${text}`);
}

const atOnce = new Set(["transform", "set", "condition", "switch"]);

/** Steps that are about to start are not news, nor is what a container computes or skips inside. */
function isTelling({ status, container, type }: StepView): boolean {
  if (status === "pending" || status === "queued") return false;
  return container === null || status === "failed" || (status !== "skipped" && !atOnce.has(type));
}

/** Where a step stands: `Answer each requirement #4 · `. */
function placeOf(step: StepView, steps: ReadonlyMap<string, StepView>): string {
  const dot = step.frame.lastIndexOf(".");
  const container = dot < 0 ? undefined : steps.get(step.frame.slice(0, dot));
  if (container === undefined) return "";
  const number = container.type === "loop" && step.index !== null ? ` #${step.index + 1}` : "";
  return `${placeOf(container, steps)}${cut(container.name, 80)}${number} · `;
}

function changeLine(step: StepView, place: string, paint: Paint): string {
  const { icon, word, colour } = stepMark(step);
  const ended = isStepEnded(step.status) && step.endedAt !== null ? spanOf(step, step.endedAt) : "";
  const told = [progressOf(step), chosen(step), ended, cut(reasonOf(step), 300)].filter((part) => part !== "");
  const more = told.length === 0 ? "" : ` (${told.join(", ")})`;
  return `${paint(colour, icon)} ${place}${cut(step.name, 80)} ${paint(colour, word)}${more}`;
}

function stamp(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  const minutes = String(Math.floor(seconds / 60)).padStart(2, "0");
  return `${minutes}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;
}
