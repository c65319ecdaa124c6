import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

interface TableProps extends ComponentProps<"table"> {
  /** Names the table for screen readers. */
  label: string;
}

/** A dense table whose header stays in view; it scrolls sideways inside itself rather than breaking the page. */
export function Table({ label, className, ...rest }: TableProps) {
  return (
    <section aria-label={label} className="relative w-full overflow-auto">
      <table className={classNames("w-full border-separate border-spacing-0 text-sm", className)} {...rest} />
    </section>
  );
}

/** Column heading; `figure` columns align right. */
export function HeadCell({ figure = false, className, ...rest }: ComponentProps<"th"> & { figure?: boolean }) {
  return (
    <th
      scope="col"
      className={classNames(
        "sticky top-0 z-10 h-8 whitespace-nowrap border-b bg-surface px-3 text-left text-xs font-medium text-subtle first:pl-4 last:pr-4",
        figure && "text-right",
        className,
      )}
      {...rest}
    />
  );
}

/** A row; give `interactive` where the whole row leads somewhere. */
export function Row({ interactive = false, className, ...rest }: ComponentProps<"tr"> & { interactive?: boolean }) {
  return <tr className={classNames("group", interactive && "hover:bg-hover", className)} {...rest} />;
}

/** A cell; `figure` cells align right in tabular figures. */
export function Cell({ figure = false, className, ...rest }: ComponentProps<"td"> & { figure?: boolean }) {
  return (
    <td
      className={classNames(
        "h-10 border-b px-3 py-1.5 align-middle group-last:border-b-0 first:pl-4 last:pr-4",
        figure && "figures whitespace-nowrap text-right text-muted",
        className,
      )}
      {...rest}
    />
  );
}
