import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  /** What this place is for. */
  description: ReactNode;
  /** The first step. */
  actions?: ReactNode;
  className?: string;
}

/** Nothing here yet: what the place is for, and how to begin. */
export function EmptyState({ icon: Icon, title, description, actions, className }: EmptyStateProps) {
  return (
    <div className={classNames("flex flex-col items-center justify-center px-6 py-16 text-center", className)}>
      <span className="mb-4 grid size-10 place-items-center rounded-lg border border-line bg-sunken text-subtle">
        <Icon aria-hidden className="size-5" />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="mt-1 max-w-sm text-sm text-pretty text-muted">{description}</p>
      {actions !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
