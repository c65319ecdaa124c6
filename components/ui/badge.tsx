import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

const tones = {
  neutral: "border-line-strong text-muted",
  accent: "border-accent/40 text-accent-text tint",
  running: "border-transparent text-running tint",
  waiting: "border-transparent text-waiting tint",
  completed: "border-transparent text-completed tint",
  failed: "border-transparent text-failed tint",
  paused: "border-transparent text-paused tint",
} as const;

export type BadgeTone = keyof typeof tones;

interface BadgeProps extends ComponentProps<"span"> {
  tone?: BadgeTone;
}

/** One or two words about a thing. For run and step states use `Status`. */
export function Badge({ tone = "neutral", className, ...rest }: BadgeProps) {
  return (
    <span
      className={classNames(
        "inline-flex h-5 shrink-0 items-center gap-1 whitespace-nowrap rounded-md border px-1.5 text-2xs font-medium [&_svg]:size-3",
        tones[tone],
        className,
      )}
      {...rest}
    />
  );
}
