import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";
import { Spinner } from "./spinner.tsx";

const look = cva(
  "relative inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        primary: "bg-accent text-accent-ink hover:bg-accent-strong",
        neutral: "border border-line-strong bg-surface text-ink hover:bg-hover",
        quiet: "text-muted hover:bg-hover hover:text-ink data-[state=open]:bg-hover data-[state=open]:text-ink",
        danger: "bg-danger text-danger-ink hover:bg-danger-strong",
        "quiet-danger": "text-failed hover:bg-hover",
      },
      size: { small: "h-7 px-2.5 text-xs", medium: "h-8 px-3 text-sm" },
    },
    defaultVariants: { tone: "neutral", size: "small" },
  },
);

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof look> {
  /** Shows a spinner in place of the words, keeps the width and refuses clicks. */
  busy?: boolean | undefined;
  /** Draws the only child (a link, say) as the button. */
  asChild?: boolean | undefined;
}

/** A button, 28 px (`small`) or 32 px (`medium`) high. One `primary` a view. */
export function Button({
  tone,
  size,
  busy = false,
  asChild = false,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  const classes = classNames(look({ tone, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={classes}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? (
        <>
          <span className="invisible contents">{children}</span>
          <Spinner className="absolute" />
        </>
      ) : (
        children
      )}
    </button>
  );
}
