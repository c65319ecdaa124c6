import type { ReactNode } from "react";
import { Button, type ButtonProps } from "./button.tsx";
import { classNames } from "./class-names.ts";
import { Tooltip } from "./tooltip.tsx";

interface IconButtonProps extends Omit<ButtonProps, "aria-label" | "children"> {
  /** Read out, and shown as the tooltip. */
  label: string;
  icon: ReactNode;
  /** Shown beside the label in the tooltip. */
  shortcut?: string | undefined;
  side?: "top" | "right" | "bottom" | "left";
}

/** A square button with an icon only; its words are in the tooltip and for screen readers. */
export function IconButton({
  label,
  icon,
  shortcut,
  side,
  size = "small",
  tone = "quiet",
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut} side={side}>
      <Button
        aria-label={label}
        tone={tone}
        size={size}
        className={classNames(size === "medium" ? "w-8 px-0" : "w-7 px-0", className)}
        {...rest}
      >
        {icon}
      </Button>
    </Tooltip>
  );
}
