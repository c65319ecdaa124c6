import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { classNames } from "../ui/class-names.ts";

interface PageHeaderProps {
  /** The places above this one, outermost first. */
  trail?: readonly { href: string; label: string }[];
  title: ReactNode;
  /** Beside the title: a state, a version. */
  beside?: ReactNode;
  actions?: ReactNode;
  /** What narrows the list below. On a narrow screen it has a row of its own, and the actions stand beside the title. */
  filters?: ReactNode;
}

/** The row at the top of a page: where this is, what it is, what can be done. It stays in view. */
export function PageHeader({ trail = [], title, beside, actions, filters }: PageHeaderProps) {
  return (
    <header className="sticky top-0 z-20 flex min-h-12 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b bg-surface px-4 py-2">
      <div
        className={classNames(
          "flex min-w-0 flex-1 items-center gap-x-1.5",
          filters === undefined && "max-sm:basis-full max-sm:flex-wrap",
        )}
      >
        {trail.length > 0 && (
          <nav aria-label="Breadcrumbs" className="flex min-w-0 items-center gap-1.5">
            {trail.map((place) => (
              <span key={place.href} className="flex min-w-0 items-center gap-1.5">
                <Link
                  href={place.href}
                  dir="auto"
                  className="max-w-[24ch] truncate rounded-md text-sm text-muted hover:text-ink"
                >
                  {place.label}
                </Link>
                <ChevronRight aria-hidden className="size-3.5 shrink-0 text-subtle" />
              </span>
            ))}
          </nav>
        )}
        <h1
          className="min-w-0 truncate text-sm font-semibold"
          dir="auto"
          title={typeof title === "string" ? title : undefined}
        >
          {title}
        </h1>
        {beside !== undefined && <div className="ml-1.5 flex shrink-0 items-center gap-2">{beside}</div>}
      </div>
      {filters !== undefined && (
        <div className="flex min-w-0 items-center gap-2 max-sm:order-last max-sm:gap-1.5 max-sm:basis-full">
          {filters}
        </div>
      )}
      {actions !== undefined && <div className="flex max-w-full flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
