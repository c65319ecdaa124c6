import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CirclePlay,
  CircleSlash,
  CircleX,
  Clock,
  Hand,
  Hourglass,
  type LucideIcon,
  Plug,
  RotateCw,
} from "lucide-react";
import { classNames } from "./class-names.ts";

/** Everything a run, a step or a service can be. One language everywhere: icon, word and colour together. */
export type StatusName =
  | "pending"
  | "queued"
  | "running"
  | "waiting"
  | "waiting-person"
  | "retrying"
  | "paused"
  | "completed"
  | "failed"
  | "skipped"
  | "cancelled"
  | "expired"
  | "breaker-open";

interface Look {
  icon: LucideIcon;
  word: string;
  color: string;
}

const looks: Record<StatusName, Look> = {
  pending: { icon: CircleDashed, word: "Not started", color: "text-skipped" },
  queued: { icon: Clock, word: "Queued", color: "text-queued" },
  running: { icon: CirclePlay, word: "Running", color: "text-running" },
  waiting: { icon: Hourglass, word: "Waiting", color: "text-waiting" },
  "waiting-person": { icon: Hand, word: "Needs a person", color: "text-waiting" },
  retrying: { icon: RotateCw, word: "Retrying", color: "text-retrying" },
  paused: { icon: CirclePause, word: "Paused", color: "text-paused" },
  completed: { icon: CircleCheck, word: "Completed", color: "text-completed" },
  failed: { icon: CircleX, word: "Failed", color: "text-failed" },
  skipped: { icon: CircleDashed, word: "Skipped", color: "text-skipped" },
  cancelled: { icon: CircleSlash, word: "Cancelled", color: "text-cancelled" },
  expired: { icon: Ban, word: "Expired", color: "text-cancelled" },
  "breaker-open": { icon: Plug, word: "Cut off", color: "text-failed" },
};

/** Text colour class of a state, for bars, lines and canvas marks which draw with `currentColor`. */
export function statusColor(name: StatusName): string {
  return looks[name].color;
}

/** The word people read for a state. */
export function statusWord(name: StatusName): string {
  return looks[name].word;
}

interface StatusProps {
  name: StatusName;
  /** Shown for `retrying` as 2/5: which attempt of how many. */
  attempt?: number | undefined;
  maxAttempts?: number | undefined;
  /** Replaces the word, for example "Needs Dana". */
  word?: string | undefined;
  /** `icon` shows the icon alone, its word for screen readers and on hover; `badge` is a tinted chip. */
  as?: "plain" | "badge" | "icon";
  className?: string | undefined;
}

/** A state. The icon of running work turns slowly in a ring rather than flashing. */
export function Status({ name, attempt, maxAttempts, word, as = "plain", className }: StatusProps) {
  const look = looks[name];
  const Icon = look.icon;
  const counted = name === "retrying" && attempt !== undefined && maxAttempts !== undefined;
  const words = `${word ?? look.word}${counted ? ` ${attempt}/${maxAttempts}` : ""}`;
  return (
    <span
      data-status={name}
      title={as === "icon" ? words : undefined}
      className={classNames(
        "inline-flex shrink-0 items-center gap-1.5 align-middle whitespace-nowrap text-xs font-medium",
        look.color,
        as === "badge" && "tint h-5 rounded-md px-1.5 text-2xs",
        className,
      )}
    >
      {name === "running" ? <RunningIcon /> : <Icon aria-hidden className="size-3.5 shrink-0" />}
      <span className={as === "icon" ? "sr-only" : "tabular-nums"}>{words}</span>
    </span>
  );
}

function RunningIcon() {
  return (
    <svg
      aria-hidden
      viewBox="0 0 16 16"
      className="size-3.5 shrink-0 animate-spin [animation-duration:1.6s]"
      fill="none"
    >
      <circle cx="8" cy="8" r="6" stroke="currentColor" strokeWidth="1.8" opacity="0.3" />
      <path d="M14 8a6 6 0 0 0-6-6" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
      <circle cx="8" cy="8" r="2" fill="currentColor" />
    </svg>
  );
}
