import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

const box =
  "w-full rounded-md border border-control-line bg-surface text-sm text-ink transition-colors placeholder:text-subtle hover:border-muted focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:bg-sunken disabled:text-subtle aria-invalid:border-failed";

/** One line of text, 32 px high. */
export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={classNames(box, "h-8 px-2.5", className)} {...rest} />;
}

/** Several lines of text; grows by its handle, never by itself under the pointer. */
export function Textarea({ className, rows = 4, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={rows} className={classNames(box, "block resize-y px-2.5 py-1.5", className)} {...rest} />;
}
