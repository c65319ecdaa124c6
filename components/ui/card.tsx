import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names.ts";

/** A flat panel: a line round it, no shadow, since it does not float. */
export function Card({ className, ...rest }: ComponentProps<"div">) {
  return <div className={classNames("rounded-lg border border-line bg-surface", className)} {...rest} />;
}

interface CardHeaderProps {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  className?: string;
}

/** The title row of a card, with its actions at the right. */
export function CardHeader({ title, description, actions, className }: CardHeaderProps) {
  return (
    <div
      className={classNames(
        "flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b px-4 py-2",
        className,
      )}
    >
      <div className="min-w-0">
        <h2 className="text-sm font-semibold">{title}</h2>
        {description !== undefined && <p className="text-xs text-muted">{description}</p>}
      </div>
      {actions !== undefined && <div className="flex items-center gap-2">{actions}</div>}
    </div>
  );
}
