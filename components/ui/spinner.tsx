import { LoaderCircle } from "lucide-react";
import { classNames } from "./class-names.ts";

/** Work under way, without a known end. Give `label` where no words beside it say so. */
export function Spinner({ className, label }: { className?: string | undefined; label?: string | undefined }) {
  return (
    <span role={label === undefined ? undefined : "status"} className={classNames("inline-flex", className)}>
      <LoaderCircle aria-hidden className="size-4 animate-spin" />
      {label !== undefined && <span className="sr-only">{label}</span>}
    </span>
  );
}
