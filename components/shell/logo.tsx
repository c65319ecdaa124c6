import { classNames } from "../ui/class-names.ts";

/** The mark: a baton, with its bead. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 32 32" className={classNames("size-6", className)}>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path d="M9 23 21.5 10.5" className="stroke-accent-ink" strokeWidth="3" strokeLinecap="round" />
      <circle cx="22.5" cy="9.5" r="3.5" className="fill-accent-ink" />
    </svg>
  );
}
