import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

interface ErrorStateProps {
  /** What happened. */
  title: string;
  /** What was kept and what to do. */
  description: ReactNode;
  /** Faults by where they are: a field, a path in a file. */
  faults?: readonly { path: string; message: string }[] | undefined;
  actions?: ReactNode;
  /** `page` stands alone in the middle; `inline` among other things. */
  as?: "page" | "inline";
  className?: string;
}

/** What happened, what was kept, what to do. */
export function ErrorState({ title, description, faults = [], actions, as = "inline", className }: ErrorStateProps) {
  return (
    <div
      role="alert"
      className={classNames(
        "flex gap-3 text-left",
        as === "page" ? "mx-auto max-w-lg px-6 py-16" : "rounded-lg border border-failed/30 bg-surface p-3",
        className,
      )}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-failed" />
      <div className="min-w-0 flex-1">
        <h2 className="text-sm font-semibold">{title}</h2>
        <div className="mt-0.5 text-sm break-words text-muted">{description}</div>
        {faults.length > 0 && (
          <ul className="mt-2 grid max-h-64 gap-1.5 overflow-auto border-t pt-2 text-xs">
            {faults.map((fault, index) => (
              <li key={index} className="grid gap-0.5">
                {fault.path !== "" && <code className="font-mono text-2xs break-all text-subtle">{fault.path}</code>}
                <span className="break-words">{fault.message}</span>
              </li>
            ))}
          </ul>
        )}
        {actions !== undefined && <div className="mt-3 flex gap-2">{actions}</div>}
      </div>
    </div>
  );
}
