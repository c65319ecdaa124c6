import { Progress as Radix } from "radix-ui";
import { classNames } from "./class-names.ts";

interface ProgressProps {
  /** 0 to `max`; null while the end is not known. */
  value: number | null;
  max?: number;
  label: string;
  className?: string;
}

/** A thin bar for work with a known end. */
export function Progress({ value, max = 100, label, className }: ProgressProps) {
  return (
    <Radix.Root
      value={value}
      max={max}
      aria-label={label}
      className={classNames("relative h-1 w-full overflow-hidden rounded-full bg-line text-accent", className)}
    >
      {value === null ? (
        <span className="sweep absolute inset-0" />
      ) : (
        <Radix.Indicator
          className="block h-full rounded-full bg-accent transition-[width]"
          style={{ width: `${max === 0 ? 0 : Math.min(100, (value / max) * 100)}%` }}
        />
      )}
    </Radix.Root>
  );
}
