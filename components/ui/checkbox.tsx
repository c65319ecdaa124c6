"use client";

import { Check, Minus } from "lucide-react";
import { type ComponentProps, useEffect, useRef } from "react";
import { classNames } from "./class-names.ts";

interface CheckboxProps extends Omit<ComponentProps<"input">, "type" | "checked" | "onChange" | "ref"> {
  /** Yes, no, or some of what it stands for. */
  checked: boolean | "indeterminate";
  onCheckedChange(checked: boolean): void;
}

const mark = "pointer-events-none col-start-1 row-start-1 hidden size-3 text-accent-ink";

/** Yes, no, or some. Put a `<label>` beside it. The browser's own box, drawn: a table has one a row. */
export function Checkbox({ className, checked, onCheckedChange, ...rest }: CheckboxProps) {
  const box = useRef<HTMLInputElement>(null);
  const some = checked === "indeterminate";
  useEffect(() => {
    // It is no attribute: only a script can set it.
    if (box.current !== null) box.current.indeterminate = some;
  }, [some]);
  return (
    <span className={classNames("inline-grid size-4 shrink-0 place-items-center align-middle", className)}>
      <input
        {...rest}
        ref={box}
        type="checkbox"
        checked={checked === true}
        onChange={(event) => onCheckedChange(event.currentTarget.checked)}
        className="peer col-start-1 row-start-1 size-4 appearance-none rounded-[4px] border border-control-line bg-surface transition-colors checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent hover:not-checked:not-indeterminate:border-muted disabled:opacity-50"
      />
      <Check aria-hidden strokeWidth={3} className={classNames(mark, "peer-checked:block peer-indeterminate:hidden")} />
      <Minus aria-hidden strokeWidth={3} className={classNames(mark, "peer-indeterminate:block")} />
    </span>
  );
}
